// The archive's own end: fills it with old messages, by SQL, below everything the room will make.

import { neon, neonConfig } from '@neondatabase/serverless'
import type { StandIns } from '../subject/stand-ins.ts'

const rowsAtOnce = 50_000
const firstMs = Date.parse('2026-01-01T00:00:00Z')
const everyMs = 1_000

export type Archive = {
  /** Old messages of this person, one a second. */
  fill(userId: string, rows: number): Promise<void>
  /** The id of the message with this number, from 0, the oldest. */
  idOf(number: number): string
  /** Bytes in Postgres for a message, indexes included. */
  bytesPerMessage(): Promise<number>
}

export function openArchive({ variables }: StandIns): Archive {
  neonConfig.fetchEndpoint = String(variables.NEON_FETCH_ENDPOINT)
  const sql = neon(String(variables.DATABASE_URL))
  return {
    async fill(userId, rows) {
      for (let from = 0; from < rows; from += rowsAtOnce)
        await sql.query(
          `insert into messages
             (id, user_id, content, created_at, updated_at, is_deleted, revision)
           select
             (lpad(to_hex($2::bigint + n * $3::bigint), 12, '0') ||
               '70008000' || lpad(to_hex(n), 12, '0'))::uuid,
             $1::uuid, 'the quick brown fox jumps over the lazy dog, number ' || n,
             to_timestamp(($2::bigint + n * $3::bigint) / 1000.0), null, false, 1
           from generate_series($4::bigint, $5::bigint) as n`,
          [userId, firstMs, everyMs, from, Math.min(rows, from + rowsAtOnce) - 1],
        )
      await sql.query('analyze messages')
    },
    idOf(number) {
      const hex = (value: number) => value.toString(16).padStart(12, '0')
      const digits = `${hex(firstMs + number * everyMs)}70008000${hex(number)}`
      return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    },
    async bytesPerMessage() {
      const [row] = await sql.query(
        `select pg_total_relation_size('messages') / greatest(count(*), 1) as bytes from messages`,
      )
      return Number(row?.bytes)
    },
  }
}
