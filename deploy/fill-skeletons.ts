// `npm run db:fill`, and the part of `npm run deploy` that fills in what older releases did not write.

import { drizzle } from 'drizzle-orm/node-postgres'
import { fillSkeletons } from '../src/postgres/skeletons.ts'
import { type Failure, runOnDatabase, workOn } from './database.ts'

export const fillDatabase = (url: string): Promise<Failure> =>
  workOn(url, (client) => fillSkeletons(drizzle(client)))

if (import.meta.main) await runOnDatabase(fillDatabase, 'Every username has its skeletons.')
