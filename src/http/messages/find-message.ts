// Finds one message as it is now: in the room's log, or else in the archive.

import type { Message } from '../../contract/entities.ts'
import { findMessage } from '../../postgres/messages.ts'
import type { Services } from '../app-env.ts'
import { oldestKeptId } from '../backends/retention.ts'
import { queryPostgres } from '../backends/stores.ts'
import { readOverlay, secondLook, unknownVersion } from './second-look.ts'

/** @returns undefined: there is no such message, or it is deleted */
export async function findNow(services: Services, id: string): Promise<Message | undefined> {
  if (id < (oldestKeptId(services) ?? '')) return undefined
  const { newer } = await readOverlay(services, [unknownVersion(id)])
  const found = newer[0] ?? (await queryPostgres(findMessage(services.postgres, id)))
  const [message] = await secondLook(services, found && !found.is_deleted ? [found] : [])
  return message
}
