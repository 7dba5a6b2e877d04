// The terms of the word list, as a text with one term a line.

import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
export type Line = { term: string; number: number }

/** The lines with a term. Numbers begin at 1, and empty lines count. */
export const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .map((line, index) => ({ term: line.trim(), number: index + 1 }))
    .filter(({ term }) => term !== '')

export const termsOf = (text: string): string[] => linesOf(text).map(({ term }) => term)

export const textOf = (terms: readonly string[]): string => terms.join('\n')

export const isSameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((term, index) => term === other[index])

/** The newer list with the same terms added and removed as in the edited one. */
export function withEdits(
  newer: readonly string[],
  { before, edited }: { before: readonly string[]; edited: readonly string[] },
): string[] {
  const removed = before.filter((term) => !edited.includes(term))
  const kept = newer.filter((term) => !removed.includes(term))
  const added = edited.filter((term) => !before.includes(term) && !kept.includes(term))
  return [...kept, ...added]
}

export type TermFault = Line & { fault: string }

/**
 * What is wrong with which lines.
 * @param errors of the service: `terms.3` is about the fourth of the terms that were sent
 */
export function termFaults(errors: Record<string, string>, sent: readonly Line[]): TermFault[] {
  return Object.entries(errors).flatMap(([field, fault]) => {
    const index = /^terms\.(\d+)$/.exec(field)?.[1]
    const line = index === undefined ? undefined : sent[Number(index)]
    return line ? [{ ...line, fault }] : []
  })
}

/** Where a line begins and ends in the text. */
export function rangeOfLine(text: string, number: number): [start: number, end: number] {
  const lines = text.split('\n')
  const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0)
  return [start, start + (lines[number - 1] ?? '').length]
}

/** Such as `12 of 500 terms`, or how many are too many. */
export function countText(count: number, max: number): string {
  if (count > max) return fill(strings.countTermsValueTooMany, { count, value: count - max })
  return fill(strings.countOfMaxTerms, { count, max })
}
