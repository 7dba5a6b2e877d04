/** Bytes of a text in UTF-8. Not every platform has a TextEncoder. */
export function utf8Length(text = ''): number {
  let bytes = 0
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    const isHalfPair = unit >> 11 === 27
    bytes += unit < 0x80 ? 1 : unit < 0x800 || isHalfPair ? 2 : 3
  }
  return bytes
}
