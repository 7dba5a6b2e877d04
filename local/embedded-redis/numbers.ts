// Numbers as Redis reads and writes them: strict 64-bit integers, and doubles with infinities.
import { RedisError } from '../reply.ts'

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

export function readInteger(text: string): bigint {
  const value = /^(0|-?[1-9]\d{0,18})$/.test(text) ? BigInt(text) : undefined
  if (value === undefined || !fitsInt64(value)) {
    throw new RedisError('ERR value is not an integer or out of range')
  }
  return value
}

export function fitsInt64(value: bigint): boolean {
  return int64.min <= value && value <= int64.max
}

export function readDouble(text: string, refusal = 'ERR value is not a valid float'): number {
  const infinity = /^([+-]?)inf(inity)?$/i.exec(text)
  if (infinity) return infinity[1] === '-' ? -Infinity : Infinity
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  if (!Number.isFinite(value)) throw new RedisError(refusal)
  return value
}

export function writeDouble(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return value > 0 ? 'inf' : '-inf'
}
