// Checks whether Redis accepts writes, with a key that expires after a second.

import type { StoreFault, StoreFaultCode } from '../contract/store-faults.ts'
import { type Redis, redisFaultCode } from './client.ts'

const probe = { key: 'ready:probe', forMs: 1_000 }

const codes: Record<string, StoreFaultCode> = {
  NOAUTH: 'not_permitted',
  NOPERM: 'not_permitted',
  WRONGPASS: 'not_permitted',
  READONLY: 'read_only',
  OOM: 'full',
  MISCONF: 'writes_refused',
  NOREPLICAS: 'writes_refused',
}

/** @returns null: it can serve */
export async function checkRedis(redis: Redis): Promise<StoreFault | null> {
  try {
    await redis.set(probe.key, '1', { px: probe.forMs })
    return null
  } catch (error) {
    const code = redisFaultCode(error)
    const known = codes[code]
    return known === undefined ? { code, of: [] } : { code: known, of: [code] }
  }
}
