// Finds the name of a person: in the room if it knows it, or else in the archive.

import type { Member } from '../../contract/entities.ts'
import { errorFields, logError } from '../../logger.ts'
import type { RestrictionTable } from '../log/private/restrictions.ts'
import type { RoomSettings } from '../log/room-settings/room-settings.ts'
import type { ModerationArchive } from '../ports.ts'
import type { Presence } from '../presence/presence.ts'
import type { Outcome } from '../rpc.ts'
import { accepted, refused } from '../sequencer/command.ts'

type Uses = {
  presence: Pick<Presence, 'member'>
  roomSettings: Pick<RoomSettings, 'current'>
  restrictions: Pick<RestrictionTable, 'find'>
  archive: Pick<ModerationArchive, 'findMember'>
}

export const noAccount = { code: 'not_found', detail: 'There is no such account.' } as const
const archiveUnavailable = {
  code: 'unavailable',
  detail: 'This account is in the archive, which is not available right now. Try again soon.',
  retryAfterMs: 5_000,
} as const

export class MemberLookup {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  async find(id: string): Promise<Outcome<Member>> {
    const known = this.#inRoom(id)
    if (known) return accepted(known).outcome
    try {
      const member = await this.#uses.archive.findMember(id)
      return (member ? accepted(member) : refused(noAccount)).outcome
    } catch (error) {
      logError('load_failed', { user_id: id, ...errorFields(error) })
      return refused(archiveUnavailable).outcome
    }
  }

  #inRoom(id: string): Member | undefined {
    const { presence, roomSettings, restrictions } = this.#uses
    const online = presence.member(id)
    if (online) return online
    const named =
      restrictions.find(id) ?? roomSettings.current.staff.find(({ user_id }) => user_id === id)
    return named && { id, username: named.username }
  }
}
