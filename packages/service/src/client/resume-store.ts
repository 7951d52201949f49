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
  /** Of the file's content. */
  readonly fingerprint: string
}

/** As it is remembered. */
export interface RememberedUpload extends BegunUpload {
  /** Unix milliseconds: until then somebody is at it, who renews it for as long as that is so. */
  readonly busyUntil?: number | undefined
}

/** Remembers the upload of one file, across reloads of a page. A storage that is full or forbidden forgets. */
export interface ResumeEntry {
  readonly name: string
  read(): RememberedUpload | undefined
  write(upload: RememberedUpload): void
  /** Forgets an upload, unless another has taken its place. */
  remove(upload: BegunUpload): void
}

/**
 * The entry of a file, known by its name, type, size and time, and by what is asked for it. Bytes that are no file have neither name nor
 * time, so that others of the same size would go on with their parts: nothing is remembered of them.
 */
export function resumeEntryOf(
  storage: ResumeStorage | undefined,
  scope: string,
  file: Blob & { readonly name?: string; readonly lastModified?: number },
): ResumeEntry | undefined {
  if (storage === undefined || file.name === undefined || file.lastModified === undefined) return undefined
  const name = `cos-presign:${JSON.stringify([scope, file.name, file.type, file.size, file.lastModified])}`
  const read = (): RememberedUpload | undefined => attempt(() => toRemembered(storage.getItem(name)))
  return {
    name,
    read,
    write: (upload) => attempt(() => storage.setItem(name, JSON.stringify(upload))),
    remove(upload) {
      if (read()?.uploadId === upload.uploadId) attempt(() => storage.removeItem(name))
    },
  }
}

function toRemembered(text: string | null): RememberedUpload | undefined {
  if (text === null) return undefined
  const { uploadId, key, grant, partSizeBytes, fingerprint, busyUntil } = JSON.parse(
    text,
  ) as Partial<RememberedUpload>
  const isWhole =
    [uploadId, key, grant, fingerprint].every((one) => typeof one === 'string') && Number(partSizeBytes) > 0
  return isWhole
    ? ({ uploadId, key, grant, partSizeBytes, fingerprint, busyUntil } as RememberedUpload)
    : undefined
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
