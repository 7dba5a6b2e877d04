// Converts a history cursor, which is an id or a time, to an id. The room and the archive know only
// ids.

import { firstIdAt } from '../../domain/ids.ts'

const digitsBelowMs = /\.\d{3}(\d+)/

/** Returns the id that is greater than all ids before the cursor. */
export function cursorToId(cursor: string): string {
  if (!cursor.includes('T')) return cursor
  const below = digitsBelowMs.exec(cursor)?.[1] ?? ''
  const ms = Date.parse(cursor) + (/[1-9]/.test(below) ? 1 : 0)
  return firstIdAt(Math.max(0, ms))
}
