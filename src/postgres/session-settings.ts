// Makes every query independent of how its session is set up. `alter database … set` and
// `alter role … set` change how times look, where tables are looked for and what a literal means;
// Neon takes no options of a connection, so each request brings its settings along.

import type { NeonQueryFunction } from '@neondatabase/serverless'

/**
 * All that changes what a query means or how its answer looks. Not limits that an owner sets on
 * purpose, as `statement_timeout` or `default_transaction_read_only`: those are outages.
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

const settling = (isLocal: boolean) =>
  `select ${Object.entries(settings)
    .map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', ${isLocal})`)
    .join(', ')}`

/** For the whole of a session that nobody else uses: a migration's. */
export const settleSession = settling(false)
/** Until the end of the transaction: the session goes to another request after it. */
const settleTransaction = settling(true)

type Client = NeonQueryFunction<false, false>
/** How each answer looks is chosen by query. */
type LooseClient = NeonQueryFunction<boolean, boolean>
type Query = ReturnType<LooseClient['query']>
type Answer = Awaited<Query>

/** Gives the client back, all of whose queries are transactions that begin with the settings. */
export function settled(client: Client): Client {
  const { query, transaction } = client as LooseClient

  async function settledTransaction(queries: Query[], options: object = {}): Promise<Answer[]> {
    const all = [query(settleTransaction), ...queries]
    const [, ...answers] = await transaction(all, { isolationLevel: 'ReadCommitted', ...options })
    return answers
  }

  function settledQuery(...asked: Parameters<LooseClient['query']>): Query {
    const alone = query(...asked)
    // Runs where the query is awaited; one of a batch is not, but is read by the transaction.
    alone.execute = async () => {
      const [answer] = await settledTransaction([alone])
      return answer as Answer
    }
    return alone
  }

  return Object.assign(client, { query: settledQuery, transaction: settledTransaction }) as Client
}
