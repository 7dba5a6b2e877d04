// The texts of messages: each begins with the number of its message.

const digits = 9
const sentence = ' the quick brown fox jumps over the lazy dog, twice;'

export function textOf(number: number, bytes: number): string {
  return (String(number).padStart(digits, '0') + sentence.repeat(Math.ceil(bytes / 50))).slice(
    0,
    bytes,
  )
}

export function numberIn(content: string): number {
  return Number(content.slice(0, digits))
}
