// The messages that a request may see at all.

import { expiredBefore } from '../../domain/expiry.ts'
import type { Services } from '../app-env.ts'

/** The lowest id of messages that have not expired; null: messages are kept for ever. */
export function oldestKeptId({ config, clock }: Pick<Services, 'config' | 'clock'>): string | null {
  return expiredBefore(config.RETENTION_DAYS, clock.now())
}
