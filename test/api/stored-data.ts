// Everything that all stores hold, as text, to search for data that must be gone.

import { runInDurableObject } from 'cloudflare:test'
import { inject } from 'vitest'
import { sql, theRoom } from '../support/chat.ts'

async function ofPostgres(): Promise<string[]> {
  const tables = await sql()`
    select table_name as name from information_schema.tables where table_schema = 'public'`
  const rows = await Promise.all(
    tables.map(({ name }) => sql().query(`select row_to_json(t)::text as row from "${name}" t`)),
  )
  return rows.flat().map((row) => `postgres ${row.row}`)
}

function ofRoom(): Promise<string[]> {
  return runInDurableObject(theRoom(), (_, state) => {
    const { sql: log } = state.storage
    const tables = log.exec<{ name: string }>(
      "select name from sqlite_master where type = 'table' and name not like '\\_cf\\_%' escape '\\'",
    )
    return [...tables].flatMap(({ name }) =>
      [...log.exec(`select * from "${name}"`)].map((row) => `room ${name} ${JSON.stringify(row)}`),
    )
  })
}

async function askRedis(commands: string[][]): Promise<unknown[]> {
  const { redisUrl, redisToken } = inject('services')
  const response = await fetch(`${redisUrl}/pipeline`, {
    method: 'POST',
    headers: { authorization: `Bearer ${redisToken}` },
    body: JSON.stringify(commands),
  })
  return response.json()
}

async function ofRedis(): Promise<string[]> {
  const [{ result: keys }] = (await askRedis([['KEYS', '*']])) as [{ result: string[] }]
  const kinds = ['GET', 'HGETALL', 'ZRANGE']
  const replies = await askRedis(
    keys.flatMap((key) =>
      kinds.map((kind) => (kind === 'ZRANGE' ? [kind, key, '0', '-1'] : [kind, key])),
    ),
  )
  return keys.map((key, at) => {
    const values = replies.slice(at * kinds.length, (at + 1) * kinds.length)
    return `redis ${key} ${JSON.stringify(values.filter((value) => 'result' in Object(value)))}`
  })
}

/** One line per row and key. */
export async function everythingKept(): Promise<string[]> {
  return [...(await ofPostgres()), ...(await ofRoom()), ...(await ofRedis())]
}
