// A purge deletes all messages of one person since a time, everywhere, and no message of anyone else.

import type { Account } from '../accounts.ts'
import type { AttackRunner, ParsedAnswer } from '../attack-runner.ts'
import { textOf } from './expect-session-ended.ts'
import { moderate, restrict } from './moderate.ts'
import { connect, expectThat, newText, type Scenario } from './scenario.ts'

type Sent = { id: string; content: string }

export const purges: Scenario = {
  name: 'purges',
  pauseMs: 6_000,
  async run(runner) {
    const { cast } = runner.parts.target
    const [owner, moderator, victim, other] = [
      ...[cast.owners[0], cast.moderators[0], cast.victims[2], cast.victims[0]],
    ]
    if (!owner || !moderator || !victim || !other) return
    const watcher = await connect(runner, other)
    const since = new Date().toISOString()
    const theirs: Sent[] = []
    const own: Sent[] = []
    for (let round = 0; round < 2; round++) {
      own.push(await send(runner, victim))
      theirs.push(await send(runner, other))
    }
    const [pinned, reported] = own.map(({ id }) => id)
    await moderate(runner, owner, ['PUT', `/room/pins/${pinned}`], { statuses: [200, 422] })
    await runner.ask('purge: a report', 'POST', `/messages/${reported}/report`, {
      ...{ token: other.token, json: {}, statuses: [204, 429] },
    })
    // It covers no message, so the audit log does not have it.
    await moderate(runner, moderator, ['POST', `/users/${victim.id}/purge`], {
      ...{ json: { since: '2099-01-01T00:00:00Z' }, statuses: [200] },
    })
    await expectShown(runner, [...own, ...theirs], [])
    const answer = await restrict(runner, moderator, ['purge', victim], { since })
    expectThat(runner, 'a purge deletes another number', answer?.json?.messages === 2, answer?.json)
    await expectShown(runner, theirs, own)
    await expectGone(runner, { owner, victim, messages: own })
    const told = await watcher?.waitForText((text) => text.includes('"messages_purged"'))
    expectThat(runner, 'a purge is not told', told?.includes(victim.id) === true, told)
    if (watcher) runner.checkTexts(watcher.texts, true, 'a member who watches')
    watcher?.close()
  },
}

async function send(runner: AttackRunner, { token }: Account): Promise<Sent> {
  const content = `${newText()} to be purged`
  const asked = { token, json: { content }, statuses: [201] }
  const answer = await runner.ask('purge: a message', 'POST', '/messages', asked)
  return { id: textOf(answer, 'id'), content }
}

async function expectShown(runner: AttackRunner, shown: Sent[], gone: Sent[]): Promise<void> {
  const page = await runner.ask('purge: a page', 'GET', '/messages?limit=100', { statuses: [200] })
  const messages = (page?.json?.messages ?? []) as Sent[]
  const contentOf = (id: string) => messages.find((message) => message.id === id)?.content
  // A hundred other messages may have come meanwhile, and then the page says nothing.
  const oldest = messages.at(-1)?.id ?? ''
  for (const { id, content } of shown)
    if (id >= oldest)
      expectThat(runner, 'a purge deletes too much', contentOf(id) === content, [id, content])
  for (const { id, content } of gone)
    expectThat(runner, 'a purged message is shown', !isIn(page, id, content), [id, content])
}

const isIn = (answer: ParsedAnswer | null, id: string, content: string) =>
  [id, content].some((text) => answer?.body.includes(JSON.stringify(text)))

async function expectGone(
  runner: AttackRunner,
  { owner, victim, messages }: { owner: Account; victim: Account; messages: Sent[] },
): Promise<void> {
  const { token } = victim
  for (const { id } of messages) {
    await runner.ask('purge: an edit', 'PATCH', `/messages/${id}`, {
      ...{ token, json: { content: newText() }, statuses: [404] },
    })
    await runner.ask('purge: a report', 'POST', `/messages/${id}/report`, {
      ...{ token: owner.token, json: {}, statuses: [404] },
    })
    await moderate(runner, owner, ['PUT', `/room/pins/${id}`], { statuses: [404] })
  }
  const room = await runner.ask('purge: the room', 'GET', '/room', { statuses: [200] })
  const reports = await moderate(runner, owner, ['GET', '/reports'], { statuses: [200] })
  for (const { id, content } of messages) {
    expectThat(runner, 'a purged message is pinned', !isIn(room, id, content), room?.json)
    expectThat(
      runner,
      'a report has the text of a purged message',
      !reports?.body.includes(JSON.stringify(content)),
      content,
    )
  }
}
