// Makes every query independent of `alter database … set` and `alter role … set`, which change date
// formats, the search path and the meaning of literals. Neon accepts no connection options, so each
// request sets them itself.

import type { NeonQueryFunction } from '@neondatabase/serverless'

/**
 * Settings that change the meaning of a query or the format of its result. Limits that an owner
 * sets on purpose, such as `statement_timeout`, are left alone.
 */
const settings = {
  search_path: 'public',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
} as const

const settingsQuery = (isLocal: boolean) =>
  `select ${Object.entries(settings)
    .map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', ${isLocal})`)
    .join(', ')}`

/** For a session of its own, such as a migration's. */
export const sessionSettingsQuery = settingsQuery(false)
/** For one transaction, because another request uses the session after it. */
const transactionSettingsQuery = settingsQuery(true)

type Client = NeonQueryFunction<false, false>
/** Each query chooses the format of its result. */
type LooseClient = NeonQueryFunction<boolean, boolean>
type Query = ReturnType<LooseClient['query']>
type Answer = Awaited<Query>

/**
 * Returns the client, changed so that every query is a transaction that begins with the settings.
 */
export function withSessionSettings(client: Client): Client {
  const { query, transaction } = client as LooseClient

  async function settledTransaction(queries: Query[], options: object = {}): Promise<Answer[]> {
    const all = [query(transactionSettingsQuery), ...queries]
    const [, ...answers] = await transaction(all, { isolationLevel: 'ReadCommitted', ...options })
    return answers
  }

  function settledQuery(...asked: Parameters<LooseClient['query']>): Query {
    const alone = query(...asked)
    // This runs when a single query is awaited; queries of a batch are read by the transaction
    // instead.
    alone.execute = async () => {
      const [answer] = await settledTransaction([alone])
      return answer as Answer
    }
    return alone
  }

  return Object.assign(client, { query: settledQuery, transaction: settledTransaction }) as Client
}
