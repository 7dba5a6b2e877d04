// The rules of the room bind every member, over REST and over the socket: slow mode, posting and links.

import type { Account } from '../accounts.ts'
import type { AttackRunner } from '../attack-runner.ts'
import { moderate, resetRoom } from './moderate.ts'
import { connect, expectThat, newText } from './scenario.ts'

type Rule = { set: object; content?: string; status: number; code: string }

const link = 'https://h0st1le.example/page'
/** All accounts of the campaign are new, so none is established. */
const rules: Rule[] = [
  { set: { posting: 'moderators' }, status: 403, code: 'posting_closed' },
  { set: { posting: 'established' }, status: 403, code: 'posting_closed' },
  { set: { links: 'moderators' }, content: link, status: 422, code: 'content_refused' },
  { set: { links: 'established' }, content: `x ${link}`, status: 422, code: 'content_refused' },
  { set: { slow_mode_ms: 120_000 }, status: 429, code: 'slow_mode' },
]

export async function tryRoomRules(runner: AttackRunner): Promise<void> {
  const [victim] = runner.parts.target.cast.victims
  if (!victim) return
  const sent = await send(runner, victim, newText(), [201])
  for (const rule of rules) {
    await moderate(runner, 'operator', ['PATCH', '/room'], { json: rule.set, statuses: [200] })
    await expectRule(runner, victim, { ...rule, sentId: String(sent?.json?.id) })
    await resetRoom(runner)
  }
}

const send = (runner: AttackRunner, { token }: Account, content: string, statuses: number[]) =>
  runner.ask('rules: a message', 'POST', '/messages', { token, json: { content }, statuses })

async function expectRule(
  runner: AttackRunner,
  victim: Account,
  { content = newText(), status, code, sentId }: Rule & { sentId: string },
): Promise<void> {
  const answer = await send(runner, victim, content, [status])
  const isExact = answer?.code === code
  expectThat(runner, 'a rule of the room is refused otherwise', isExact, [code, answer?.json])
  // Slow mode is for messages, and not for edits.
  if (code !== 'slow_mode')
    await runner.ask('rules: an edit', 'PATCH', `/messages/${sentId}`, {
      ...{ token: victim.token, json: { content }, statuses: [status] },
    })
  const socket = await connect(runner, victim)
  if (!socket) return
  socket.sendText(JSON.stringify({ event: 'send_message', data: { content } }))
  runner.countFrames('against the rules of the room', 1)
  const refusal = await socket.waitForText((text) => text.includes(`"code":"${code}"`))
  expectThat(runner, 'a rule of the room does not hold for sockets', refusal !== null, code)
  runner.checkTexts(socket.texts, true, 'a member under rules')
  socket.close()
}
