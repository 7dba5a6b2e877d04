// Column types that several tables share.

import { timestamp } from 'drizzle-orm/pg-core'

export const time = () => timestamp({ withTimezone: true, precision: 3, mode: 'date' })
