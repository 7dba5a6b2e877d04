// What a command is, and how its arguments are read.

import type { Call } from './service.ts'
import { UsageError } from './usage-error.ts'

/** Calls the service and returns its answer. */
export type CallService = (call: Call) => Promise<unknown>

export type Command = {
  /** Names of the arguments that are required. */
  parameters: readonly string[]
  /** Name of one more argument, which may be left out. */
  optional?: string
  /** The last argument is a text of one or more words. */
  endsInText?: true
  description: string
  /** @returns a text for people, or an answer that is printed as JSON; null: it is done */
  run: (ask: CallService, ...given: string[]) => Promise<unknown>
}

export function signatureOf({ parameters, optional }: Command): string {
  return [...parameters.map((name) => `<${name}>`), ...(optional ? [`[${optional}]`] : [])].join(
    ' ',
  )
}

/** @returns the arguments that `run` takes; undefined: they are too few or too many */
export function argumentsOf(command: Command, words: string[]): string[] | undefined {
  const { parameters, optional, endsInText } = command
  const most = parameters.length + (optional === undefined ? 0 : 1)
  if (words.length < parameters.length) return undefined
  if (words.length <= most) return words
  return endsInText ? [...words.slice(0, most - 1), words.slice(most - 1).join(' ')] : undefined
}

export function oneOf<T extends string>(text: string, values: readonly T[]): T {
  const value = values.find((value) => value === text)
  if (value === undefined)
    throw new UsageError(`${JSON.stringify(text)} must be one of: ${values.join(', ')}`)
  return value
}

/** @param max of a number from `min` on, in the unit that `what` names */
export function wholeNumber(
  text: string,
  { what, min, max }: { what: string; min: number; max: number },
): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new UsageError(`"${text}" is not a number of ${what} from ${min} to ${max}`)
}

const unitMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * @param word for a time without an end
 * @returns milliseconds; null: without an end
 */
export function readDuration(text: string, word: 'forever' | 'all'): number | null {
  if (text === word) return null
  const [, count, unit = ''] = /^([1-9]\d{0,3})([mhd])$/.exec(text) ?? []
  if (count === undefined)
    throw new UsageError(
      `${JSON.stringify(text)} is not a time: write it like 10m, 2h, 1d or ${word}`,
    )
  return Number(count) * (unitMs[unit] ?? 0)
}
