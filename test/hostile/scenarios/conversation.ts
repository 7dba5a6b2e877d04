// Replies, mentions, read markers and search: nobody reads a text after its deletion, learns how far others
// have read, mentions the room without a role, or makes the search slow or precise by its special characters.

import { setTimeout as delay } from 'node:timers/promises'
import type { Account } from '../accounts.ts'
import type { AttackRunner, ParsedAnswer, RequestOptions } from '../attack-runner.ts'
import type { RawWebSocket } from '../raw-websocket.ts'
import { textOf } from './expect-session-ended.ts'
import { connect, expectThat, newText, type Scenario } from './scenario.ts'

const searchesAMinute = 10

/** To a database these would mean any text, or end the statement. */
const terms = [
  ...['%%%', '___', '\\\\\\', "' or true --", '%_%_%_%', '"\u0000"', '\ud800\ud800\ud800'],
  ...['ﷺ'.repeat(100), `${'a%'.repeat(50)}`, '\u0301'.repeat(100), '😀'.repeat(101)],
]

export const conversation: Scenario = {
  name: 'replies, markers and search',
  pauseMs: 4_000,
  async run(runner) {
    const { accounts } = runner.parts
    const [author, other] = [await accounts.open('hostile'), await accounts.open('hostile')]
    const watcher = await connect(runner, other)
    if (!watcher) return
    const content = `${newText()} to be answered`
    const id = textOf(await send(runner, author, { content }, [201]), 'id')
    await mention(runner, { author, other, id })
    await mark(runner, author, id, watcher)
    await deleteAndRead(runner, { author, other, id, content })
    await search(runner, other)
    runner.checkTexts(watcher.texts, true, 'a member who watches')
    watcher.close()
  },
}

const send = (runner: AttackRunner, { token }: Account, json: object, statuses: number[]) =>
  runner.ask('conversation: a message', 'POST', '/messages', { token, json, statuses })

const get = (runner: AttackRunner, path: string, asked: RequestOptions) =>
  runner.ask('conversation: a read', 'GET', path, asked)

type People = { author: Account; other: Account; id: string }

async function mention(runner: AttackRunner, { author, other, id }: People): Promise<void> {
  const json = { content: newText(), reply_to: id }
  const ids = Array.from({ length: 11 }, () => crypto.randomUUID())
  await send(runner, author, { ...json, mentions: ids }, [422])
  await send(runner, author, { ...json, mentions: [other.username] }, [422])
  const refused = await send(runner, author, { ...json, mentions_room: true }, [403])
  expectThat(runner, 'a member mentions the room', refused?.code === 'forbidden', refused?.json)
}

/** A marker is private, and is never above the newest message. */
async function mark(
  runner: AttackRunner,
  { token }: Account,
  id: string,
  watcher: RawWebSocket,
): Promise<void> {
  const highest = 'ffffffff-ffff-7fff-bfff-ffffffffffff'
  for (const message_id of [id, highest])
    await runner.ask('conversation: a mark', 'PUT', '/auth/me/read', {
      ...{ token, json: { message_id }, statuses: [200] },
    })
  const state = await get(runner, '/auth/me/read', { token, statuses: [200] })
  const marked = state?.json?.last_read_id
  expectThat(runner, 'a marker is above all messages', marked !== highest, state?.json)
  await delay(200)
  const heard = watcher.texts.filter((text) => text.includes('read_marked'))
  expectThat(runner, 'a person learns how far another has read', heard.length === 0, heard)
}

async function deleteAndRead(
  runner: AttackRunner,
  { author, other, id, content }: People & { content: string },
): Promise<void> {
  const mentions = [other.id]
  const reply = await send(runner, author, { content: newText(), reply_to: id, mentions }, [201])
  expectThat(runner, 'a reply does not show its message', isIn(reply, content), reply?.json)
  const own = { token: author.token, statuses: [204] }
  await runner.ask('conversation: a deletion', 'DELETE', `/messages/${id}`, own)
  const { token } = other
  const replyId = textOf(reply, 'id')
  const term = encodeURIComponent(content)
  for (const path of [
    ...[`/messages/${replyId}`, `/messages?around=${replyId}`, `/messages?after=${id}`],
    ...['/auth/me/mentions', `/messages/search?q=${term}`],
  ]) {
    const answer = await get(runner, path, { token, statuses: [200] })
    expectThat(runner, 'a deleted text is read', !isIn(answer, content), [path, content])
  }
  await get(runner, `/messages/${id}`, { token, statuses: [404] })
}

const isIn = (answer: ParsedAnswer | null, content: string) =>
  answer?.body.toString().includes(JSON.stringify(content)) === true

/** One search was made already. */
async function search(runner: AttackRunner, { token }: Account): Promise<void> {
  await get(runner, '/messages/search?q=hostile', { statuses: [401] })
  const statuses: (number | undefined)[] = []
  for (const term of terms) {
    const path = `/messages/search?q=${encodeURIComponent(term.toWellFormed())}`
    const answer = await get(runner, path, { token, statuses: [200, 422, 429], overloads: true })
    statuses.push(answer?.status)
    const hits = (answer?.json?.hits ?? []) as { message: { content: string } }[]
    const others = hits.filter(({ message }) => !message.content.includes(term))
    expectThat(runner, 'a search takes characters as patterns', others.length === 0, [term, others])
  }
  const answered = statuses.filter((status) => status === 200).length
  const isLimited = answered < searchesAMinute
  expectThat(runner, 'a member searches more often than is allowed', isLimited, statuses)
}
