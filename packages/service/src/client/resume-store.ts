/** Where uploads in parts are remembered: `localStorage` fits. */
export interface ResumeStorage {
  getItem(name: string): string | null
  setItem(name: string, value: string): void
  removeItem(name: string): void
}

/** An upload in parts that has begun. Nothing in it is a secret: whoever reads it still has to be granted each step. */
export interface BegunUpload {
  readonly uploadId: string
  readonly key: string
  readonly grant: string
  readonly partSizeBytes: number
}

/** Remembers the upload of one file, across reloads of a page. A storage that is full or forbidden forgets. */
export interface ResumeEntry {
  read(): BegunUpload | undefined
  write(upload: BegunUpload): void
  remove(): void
}

/**
 * The entry of a file, known by its name, type, size and time, and by what is asked for it. Bytes that are no file have neither name nor
 * time, so that others of the same size would go on with their parts: nothing is remembered of them.
 */
export function resumeEntryOf(
  storage: ResumeStorage | undefined,
  scope: string,
  file: Blob & { readonly name?: string; readonly lastModified?: number },
): ResumeEntry {
  const name = `cos-presign:${JSON.stringify([scope, file.name, file.type, file.size, file.lastModified])}`
  const kept = file.name === undefined || file.lastModified === undefined ? undefined : storage
  return {
    read: () => attempt(() => toBegun(kept?.getItem(name) ?? null)),
    write: (upload) => attempt(() => kept?.setItem(name, JSON.stringify(upload))),
    remove: () => attempt(() => kept?.removeItem(name)),
  }
}

function toBegun(text: string | null): BegunUpload | undefined {
  if (text === null) return undefined
  const { uploadId, key, grant, partSizeBytes } = JSON.parse(text) as Partial<BegunUpload>
  const isWhole = [uploadId, key, grant].every((one) => typeof one === 'string') && Number(partSizeBytes) > 0
  return isWhole ? ({ uploadId, key, grant, partSizeBytes } as BegunUpload) : undefined
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
