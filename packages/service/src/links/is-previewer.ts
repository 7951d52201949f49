/*
 * Chat programs, mail scanners and browsers look at a link before a person follows it. Some say so in a header or by their name; those that
 * look like a browser are told apart by what only a person does: to press a button.
 */
const NAMES =
  /bot\b|bot\/|crawl|spider|preview|unfurl|scan|facebookexternalhit|whatsapp|slack|telegram|discord|skype|teams|viber|line\/|embedly|iframely|snapchat|pinterest|mastodon|vkshare|qqdownloader.*share/i

/** Whether a request only looks at a link, by what it says of itself. */
export function isPreviewer(headers: (name: string) => string | undefined): boolean {
  const purpose = headers('sec-purpose') ?? headers('purpose') ?? headers('x-purpose') ?? headers('x-moz')
  return /prefetch|prerender|preview/i.test(purpose ?? '') || NAMES.test(headers('user-agent') ?? '')
}

/** Whether what asks shows pages to a person, or pretends to. */
export function isBrowser(headers: (name: string) => string | undefined): boolean {
  return /\btext\/html\b/i.test(headers('accept') ?? '')
}
