// The end of sessions: first in the room, which closes their sockets and refuses their tokens, then
// in the archive, which renews them no more. Where either fails all of it can be done again.

import { deleteSessions } from '../postgres/sessions.ts'
import type { Parts } from './parts.ts'
import { tellRoom } from './room-line.ts'
import { askPostgres } from './stores.ts'

const undone = 'The room did not answer, so the sessions may go on. Try again: it is safe.'

export async function revoke(parts: Pick<Parts, 'room'>, ids: string[]): Promise<void> {
  if (ids.length > 0) await tellRoom(parts, (room) => room.revoke(ids), undone)
}

/** For sessions that have lost their rows already: their access tokens live on for an hour at most. */
export async function revokeInsistently(parts: Pick<Parts, 'room'>, ids: string[]): Promise<void> {
  await revoke(parts, ids).catch(() => revoke(parts, ids))
}

export async function endSessions(
  parts: Pick<Parts, 'room' | 'postgres'>,
  ids: string[],
): Promise<void> {
  await revoke(parts, ids)
  await askPostgres(deleteSessions(parts.postgres, ids))
}
