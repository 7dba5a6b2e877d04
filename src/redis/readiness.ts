// Whether Redis can serve: it takes a write. The key is of no use, and gone after a moment.

import type { PartFault, PartFaultCode } from '../contract/part-faults.ts'
import { type Redis, redisFault } from './client.ts'

const probe = { key: 'ready:probe', forMs: 1_000 }

const codes: Record<string, PartFaultCode> = {
  NOAUTH: 'not_permitted',
  NOPERM: 'not_permitted',
  WRONGPASS: 'not_permitted',
  READONLY: 'read_only',
  OOM: 'full',
  MISCONF: 'writes_refused',
  NOREPLICAS: 'writes_refused',
}

/** @returns null: it can serve */
export async function lookAtRedis(redis: Redis): Promise<PartFault | null> {
  try {
    await redis.set(probe.key, '1', { px: probe.forMs })
    return null
  } catch (error) {
    const code = redisFault(error)
    const known = codes[code]
    return known === undefined ? { code, of: [] } : { code: known, of: [code] }
  }
}
