/** What a grant may allow to be done with the objects of its key template. */
export const OPERATIONS = ['upload', 'multipart', 'download', 'delete', 'credentials', 'link'] as const

/**
 * `upload`: one PUT or POST, and confirming it. `multipart`: an upload in parts, from its creation to its completion, and confirming
 * it. `download`: GET and HEAD. `delete`: DELETE. `credentials`: a temporary key for the other operations of the grant. `link`: a
 * share link for downloads.
 */
export type Operation = (typeof OPERATIONS)[number]
