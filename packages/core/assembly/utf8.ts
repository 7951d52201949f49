/**
 * Whether bytes are UTF-8 as RFC 3629 defines it (table in section 4): no overlong form, no half of a surrogate pair, nothing over
 * U+10FFFF.
 */
export function isUtf8(text: usize, length: usize): bool {
  const end = text + length
  while (text < end) {
    const first = load<u8>(text++)
    if (first < 0x80) continue
    let more: usize = 0
    // The second byte decides between some sequences; the others are always 80 to BF.
    let least: u8 = 0x80
    let most: u8 = 0xbf
    if (first >= 0xc2 && first <= 0xdf) more = 1
    else if (first >= 0xe0 && first <= 0xef) more = 2
    else if (first >= 0xf0 && first <= 0xf4) more = 3
    else return false
    if (first == 0xe0) least = 0xa0
    else if (first == 0xed) most = 0x9f
    else if (first == 0xf0) least = 0x90
    else if (first == 0xf4) most = 0x8f
    if (end - text < more) return false
    const second = load<u8>(text)
    if (second < least || second > most) return false
    for (let at: usize = 1; at < more; at++) {
      if ((load<u8>(text + at) & 0xc0) != 0x80) return false
    }
    text += more
  }
  return true
}
