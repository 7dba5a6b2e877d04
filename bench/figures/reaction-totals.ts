// The totals of reactions as everyone can read them, and whether they are what people have chosen.

import { isDeepStrictEqual } from 'node:util'
import type { Harness, RunningRoom } from '../harness/room.ts'
import type { ReactionReport } from '../load-generator/commands.ts'

export async function newestIds(
  room: RunningRoom,
  token: string,
  limit: number,
): Promise<string[]> {
  const page = await readPage(room, token, `limit=${limit}`)
  return page.map(({ id }) => id)
}

type Shown = { id: string; reactions?: { counts: Record<string, number> } }

async function readPage({ url }: RunningRoom, token: string, query: string): Promise<Shown[]> {
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(`${url}/messages?${query}`, { headers })
  return ((await answer.json()) as { messages: Shown[] }).messages
}

/** The totals of a page, of Postgres, and the sum of all sets there are what people have chosen. */
export async function compareTotals(
  { stores }: Harness,
  room: RunningRoom,
  { token, ids, counts }: { token: string; ids: string[]; counts: ReactionReport['counts'] },
): Promise<string> {
  const [top = ''] = ids
  const shown = await readPage(
    room,
    token,
    `limit=${ids.length}&around=${ids[ids.length >> 1] ?? top}`,
  )
  const inPage = new Map(shown.map(({ id, reactions }) => [id, reactions?.counts ?? {}]))
  const rows = await stores.query(`select message_id::text as id, counts::text as counts,
    coalesce((select jsonb_object_agg(emoji, n) from (
      select emoji, count(*) as n from reaction_sets cross join unnest(reactions) as emoji
      where reaction_sets.message_id = reaction_totals.message_id group by emoji
    ) as counted), '{}')::text as summed from reaction_totals`)
  const archived = new Map(rows.map(({ id, ...row }) => [String(id), row]))
  const wrong = Object.entries(counts).filter(([id, expected]) => {
    const row = archived.get(id)
    const parsed = [row?.counts, row?.summed].map((json) => JSON.parse(String(json ?? 'null')))
    const all = inPage.has(id) ? [...parsed, inPage.get(id)] : parsed
    return all.some((found) => !isDeepStrictEqual(found, expected))
  })
  return `Totals that differ from what people have chosen, on a page, in Postgres or in the sum of its sets: ${wrong.length} of ${Object.keys(counts).length}.`
}
