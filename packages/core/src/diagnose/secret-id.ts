/** A permanent SecretId has so many characters, a temporary one more (documentation 436/30613). */
export const PERMANENT_ID_LENGTH = 36
