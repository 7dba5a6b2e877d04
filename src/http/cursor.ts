// A cursor of the history is an id or an instant; the room and the archive know only ids.

import { firstIdAt } from '../domain/ids.ts'

const digitsBelowMs = /\.\d{3}(\d+)/

/** The id that everything before the cursor lies below. */
export function idOfCursor(cursor: string): string {
  if (!cursor.includes('T')) return cursor
  const below = digitsBelowMs.exec(cursor)?.[1] ?? ''
  const ms = Date.parse(cursor) + (/[1-9]/.test(below) ? 1 : 0)
  return firstIdAt(Math.max(0, ms))
}
