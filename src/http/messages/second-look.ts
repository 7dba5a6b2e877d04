// Reading Postgres takes time, and it may be behind the room. This gives what was read there as the room
// knows it now, with the messages that it replies to.

import type { Message } from '../../contract/entities.ts'
import { currentStates, type MessageVersion, type Overlay } from '../../domain/history.ts'
import { type StoredMessage, toWire } from '../../domain/message.ts'
import { toReferenced } from '../../domain/references.ts'
import { findMessages } from '../../postgres/messages.ts'
import type { Services } from '../app-env.ts'
import { oldestKeptId } from '../backends/retention.ts'
import { readRoomOrElse } from '../backends/room-client.ts'
import { queryPostgres } from '../backends/stores.ts'

const noChanges: Overlay = { newer: [], ended: [] }

const versionOf = ({ id, user_id, revision }: StoredMessage) => ({ id, user_id, revision })

/** Of a message that is known by its id only: the room gives it if the log has it. */
export const unknownVersion = (id: string): MessageVersion => ({ id, user_id: '', revision: 0 })

export function readOverlay(services: Services, shown: MessageVersion[]): Promise<Overlay> {
  return readRoomOrElse(
    services,
    (room) => room.overlay(shown),
    async () => noChanges,
  )
}

/** The ids of messages that these reply to and that are not among them. */
function missingTargets(found: StoredMessage[], services: Services): string[] {
  const known = new Set(found.map(({ id }) => id))
  const from = oldestKeptId(services) ?? ''
  const targets = found.flatMap(({ references }) => references?.reply_to ?? [])
  return [...new Set(targets)].filter((id) => !known.has(id) && id >= from)
}

/** A reply is also shown without its target, so a Postgres that fails does no harm here. */
function readTargets(services: Services, ids: string[]): Promise<StoredMessage[]> {
  return queryPostgres(findMessages(services.postgres, ids)).catch(() => [])
}

const isUndeleted = (message: StoredMessage) => !message.is_deleted

type IsWanted = (message: StoredMessage) => boolean

type Read = {
  found: StoredMessage[]
  /** Messages that are not shown but replied to. */
  targets: StoredMessage[]
}

function shownNow({ found, targets }: Read, overlay: Overlay, isWanted: IsWanted): Message[] {
  const stateNow = currentStates(overlay)
  const byId = new Map([...found, ...targets].map((message) => [message.id, stateNow(message)]))
  return found.map(stateNow).flatMap((message) => {
    if (!isWanted(message)) return []
    const target = byId.get(message.references?.reply_to ?? '')
    return [toWire(message, target && toReferenced(target))]
  })
}

/**
 * The messages as they are now; those that were deleted meanwhile are left out. Postgres is asked only for
 * what the log does not have, and whatever it says is compared with the room after it.
 * @param isWanted which of their states belong on the page
 */
export async function secondLook(
  services: Services,
  found: StoredMessage[],
  isWanted: IsWanted = isUndeleted,
): Promise<Message[]> {
  if (found.length === 0) return []
  const ids = missingTargets(found, services)
  const shown = found.map(versionOf)
  const overlay = await readOverlay(services, [...shown, ...ids.map(unknownVersion)])
  const inLog = new Map(overlay.newer.map((message) => [message.id, message]))
  const targets = ids.flatMap((id) => inLog.get(id) ?? [])
  const missing = ids.filter((id) => !inLog.has(id))
  if (missing.length === 0) return shownNow({ found, targets }, overlay, isWanted)

  targets.push(...(await readTargets(services, missing)))
  const versions = [...shown, ...targets.map(versionOf)]
  return shownNow({ found, targets }, await readOverlay(services, versions), isWanted)
}
