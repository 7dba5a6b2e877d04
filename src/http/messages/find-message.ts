// Finds one message as it is now: in the room's log, or else in the archive.

import type { Message } from '../../contract/entities.ts'
import { expiredBefore } from '../../domain/expiry.ts'
import { findMessage } from '../../postgres/messages.ts'
import type { Services } from '../app-env.ts'
import { queryPostgres } from '../backends/stores.ts'
import { readOverlay, secondLook, unknownVersion } from './second-look.ts'

/** @returns undefined: there is no such message, or it is deleted */
export async function findNow(services: Services, id: string): Promise<Message | undefined> {
  const { config, clock, postgres } = services
  if (id < (expiredBefore(config.RETENTION_DAYS, clock.now()) ?? '')) return undefined
  const { newer } = await readOverlay(services, [unknownVersion(id)])
  const found = newer[0] ?? (await queryPostgres(findMessage(postgres, id)))
  const [message] = await secondLook(services, found && !found.is_deleted ? [found] : [])
  return message
}
