// Revokes sessions: first in the room, which closes their sockets and refuses their tokens, then in
// Postgres. All of it is safe to repeat when a step fails.

import { deleteSessions } from '../../postgres/sessions.ts'
import type { Services } from '../app-env.ts'
import { changeRoom, type RoomAccess } from '../backends/room-client.ts'
import { queryPostgres } from '../backends/stores.ts'

const notRevoked = 'The room did not answer, so the sessions may go on. Try again: it is safe.'

export async function revokeInRoom(access: RoomAccess, ids: string[]): Promise<void> {
  if (ids.length > 0) await changeRoom(access, (room) => room.revoke(ids), notRevoked)
}

/**
 * For sessions whose rows are already deleted: their access tokens stay valid for an hour at most.
 */
export async function revokeInRoomWithRetry(access: RoomAccess, ids: string[]): Promise<void> {
  await revokeInRoom(access, ids).catch(() => revokeInRoom(access, ids))
}

export async function revokeSessions(
  services: RoomAccess & Pick<Services, 'postgres'>,
  ids: string[],
): Promise<void> {
  await revokeInRoom(services, ids)
  await queryPostgres(deleteSessions(services.postgres, ids))
}
