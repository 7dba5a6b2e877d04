// Compares what messages refer to, and how far people have read, in all places after a round.

import { openDatabase } from '../../harness/database.ts'
import { readHistory } from '../../harness/read-history.ts'
import { compareReferenced } from '../../kit/compare-references.ts'
import type { Message } from '../../kit/protocol.ts'
import { callUntilAnswered } from '../call-until-answered.ts'
import type { Harness } from '../harness.ts'
import type { OwnMessage } from '../own-message.ts'
import { checkReactions } from './check-reactions.ts'
import type { Reactor } from './reactor.ts'
import type { Reader } from './reader.ts'
import { areSame, type References } from './references.ts'

const countMax = 100

type StoredReferences = { id: string; reply_to: string | null; mentions: string[] | null }
type Archived = StoredReferences & { is_deleted: boolean; is_searchable: boolean }
type ReadState = { last_read_id: string | null; unread: number; mentions: number }

/** @returns one sentence for each difference */
export async function checkConversation(
  { authors, checker, service }: Harness,
  readers: readonly Reader[],
  reactors: readonly Reactor[],
): Promise<string[]> {
  const loaded = await readHistory({ name: 'the check', port: service.port, checker })
  if (!loaded) return ['The history cannot be read']
  const { messages: history } = loaded
  const archived = await readArchivedReferences(service.dataDir)
  const accepted = authors.flatMap((author) => [...author.accepted.values()])
  const present = authors.filter(({ client }) => client.shouldRun)
  const marks = await Promise.all(readers.map((reader) => checkReader(reader, history)))
  return [
    ...compareReferenced('the history', history, history),
    ...present.flatMap(({ client: { name, view } }) =>
      compareReferenced(name, view.shown(), history),
    ),
    ...compareReferences(accepted, history, archived),
    ...marks.flat(),
    ...(await checkReactions(service.dataDir, history, reactors)),
  ]
}

async function readArchivedReferences(dataDir: string): Promise<Archived[]> {
  const [[json] = []] = await openDatabase(dataDir)(`
    select coalesce(json_agg(json_build_object(
      'id', id, 'reply_to', reply_to, 'mentions', mentions, 'is_deleted', is_deleted,
      'is_searchable', folded is not null)), '[]')::text
    from messages`)
  return JSON.parse(json ?? '')
}

/** Every message refers to what its author sent, and a deleted one to nothing. */
function compareReferences(
  accepted: readonly OwnMessage[],
  history: readonly Message[],
  archived: readonly Archived[],
): string[] {
  const shown = new Map(history.map((message) => [message.id, message]))
  const rows = new Map(archived.map((row) => [row.id, row]))
  const leaks = archived.flatMap(({ id, reply_to, mentions, is_deleted, is_searchable }) => {
    if (is_searchable === is_deleted)
      return [`Postgres: ${id} ${is_deleted ? 'can' : 'cannot'} be found`]
    const isEmpty = reply_to === null && mentions === null
    return is_deleted && !isEmpty ? [`Postgres: the deleted ${id} refers to something`] : []
  })
  const differences = accepted.flatMap(({ id, references }) => {
    const message = shown.get(id)
    const row = rows.get(id)
    if (!message || !row) return []
    return [
      ...(areSame(references, message) ? [] : [`the history: ${id} refers to something else`]),
      ...(areSame(references, stored(row)) ? [] : [`Postgres: ${id} refers to something else`]),
    ]
  })
  return [...leaks, ...differences]
}

const stored = ({ reply_to, mentions }: StoredReferences): References => ({
  ...(reply_to !== null && { reply_to }),
  ...(mentions !== null && { mentions }),
})

/** The marker is no older than the newest mark, and the numbers are those of the history. */
async function checkReader(
  { client, marked }: Reader,
  history: readonly Message[],
): Promise<string[]> {
  const { account, name } = client.parts
  // A client that is away sends its newest mark when it comes back.
  if (!client.shouldRun || client.keptOut.isPossible) return []
  const { body, refusal } = await callUntilAnswered(client.parts, {
    ...{ method: 'GET', path: '/auth/me/read' },
    allows: (code) => code === 'banned',
  })
  if (refusal !== null) return []
  const { last_read_id, ...counted } = body as ReadState
  const lastRead = last_read_id ?? ''
  if (lastRead < marked) return [`${name}: the marker went back from ${marked} to ${last_read_id}`]
  const unread = history.filter(
    ({ id, user_id }) => last_read_id !== null && id > lastRead && user_id !== account.id,
  )
  const mentions = unread.filter((message) => message.mentions?.includes(account.id))
  const expected = {
    unread: Math.min(countMax, unread.length),
    mentions: Math.min(countMax, mentions.length),
  }
  const [is, should] = [JSON.stringify(counted), JSON.stringify(expected)]
  return is === should ? [] : [`${name}: ${is} is unread, and it should be ${should}`]
}
