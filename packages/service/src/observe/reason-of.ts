const MAX_REASON = 200

/** Why something cannot be reached, such as `connect ECONNREFUSED …` or `WRONGPASS …`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, MAX_REASON)
  const { code, message, name }: Error & { readonly code?: unknown } = error
  // One for several addresses has no message.
  return message.slice(0, MAX_REASON) || String(code ?? name)
}
