// Compares what people have chosen as reactions in all places after a round: what was acknowledged is there, and
// totals are the sum of the sets.

import { openDatabase } from '../../harness/database.ts'
import type { Message } from '../../kit/protocol.ts'
import type { Reactor } from './reactor.ts'

type Stored = {
  id: string
  counts: Record<string, number>
  sets: { user_id: string; reactions: string[] }[]
}

const sorted = (counts: Record<string, number>) =>
  JSON.stringify(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)))

/** @returns one sentence for each difference */
export async function checkReactions(
  dataDir: string,
  history: readonly Message[],
  reactors: readonly Reactor[],
): Promise<string[]> {
  const stored = new Map((await readStored(dataDir)).map((row) => [row.id, row]))
  const shown = new Map(history.map((message) => [message.id, message]))
  return [
    ...[...stored.values()].flatMap(compareTotals),
    ...history.flatMap(({ id, reactions }) => {
      const [is, should] = [sorted(reactions?.counts ?? {}), sorted(stored.get(id)?.counts ?? {})]
      return is === should ? [] : [`the history: ${id} has ${is}, and Postgres ${should}`]
    }),
    ...reactors.flatMap(({ client, chosen, uncertain }) =>
      [...chosen].flatMap(([id, reactions]) => {
        if (!shown.has(id) || uncertain.has(id)) return []
        const { name, account } = client.parts
        const set = stored.get(id)?.sets.find(({ user_id }) => user_id === account.id)
        const [is, should] = [set?.reactions ?? [], reactions].map((list) => list.toSorted().join())
        return is === should ? [] : [`${name}: chose ${should} for ${id}, and Postgres has ${is}`]
      }),
    ),
  ]
}

function compareTotals({ id, counts, sets }: Stored): string[] {
  const sum: Record<string, number> = {}
  for (const emoji of sets.flatMap(({ reactions }) => reactions)) sum[emoji] = (sum[emoji] ?? 0) + 1
  const [is, should] = [sorted(counts), sorted(sum)]
  return is === should
    ? []
    : [`Postgres: the totals of ${id} are ${is}, and its sets give ${should}`]
}

async function readStored(dataDir: string): Promise<Stored[]> {
  const [[json] = []] = await openDatabase(dataDir)(`
    select coalesce(json_agg(json_build_object('id', message_id, 'counts', counts, 'sets', (
      select coalesce(json_agg(json_build_object('user_id', user_id, 'reactions', reactions)), '[]')
      from reaction_sets where reaction_sets.message_id = reaction_totals.message_id
    ))), '[]')::text
    from reaction_totals`)
  return JSON.parse(json ?? '')
}
