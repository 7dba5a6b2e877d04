// A muted person reads and does not write, and nobody else learns of it.

import { setTimeout as delay } from 'node:timers/promises'
import type { Account } from '../accounts.ts'
import type { AttackRunner } from '../attack-runner.ts'
import type { RawWebSocket } from '../raw-websocket.ts'
import { textOf } from './expect-session-ended.ts'
import { release, restrict } from './moderate.ts'
import { connect, expectThat, newText, type Scenario } from './scenario.ts'

export const mutes: Scenario = {
  name: 'muted people',
  pauseMs: 6_000,
  async run(runner) {
    const { cast } = runner.parts.target
    const [moderator, victim, watching] = [cast.moderators[1], cast.victims[2], cast.victims[0]]
    if (!moderator || !victim || !watching) return
    const watcher = await connect(runner, watching)
    const socket = await connect(runner, victim)
    if (!socket || !watcher) return
    const said = await send(runner, victim, [201])
    await restrict(runner, moderator, ['mute', victim])
    await expectMuted(runner, victim, textOf(said, 'id'))
    await expectSilence(runner, socket, { victim, watcher })
    await release(runner, moderator, ['mute', victim])
    await send(runner, victim, [201])
    runner.checkTexts(socket.texts, true, 'a muted person')
    runner.checkTexts(watcher.texts, true, 'a member who watches')
    socket.close()
    watcher.close()
  },
}

const send = (runner: AttackRunner, { token }: Account, statuses: number[]) =>
  runner.ask('mute: a message', 'POST', '/messages', {
    ...{ token, json: { content: newText() }, statuses },
  })

async function expectMuted(runner: AttackRunner, muted: Account, ownId: string): Promise<void> {
  const { token } = muted
  const sent = await send(runner, muted, [403])
  const json = { content: newText() }
  const edited = await runner.ask('mute: an edit', 'PATCH', `/messages/${ownId}`, {
    ...{ token, json, statuses: [403] },
  })
  for (const answer of [sent, edited])
    expectThat(
      runner,
      'a muted person gets another refusal',
      answer?.code === 'muted',
      answer?.json,
    )
  const own = { token, statuses: [200] }
  await runner.ask('mute: reading', 'GET', '/messages?limit=1', own)
  await runner.ask('mute: a deletion', 'DELETE', `/messages/${ownId}`, { token, statuses: [204] })
}

/** Whatever the muted person sends over the socket, others receive nothing of it. */
async function expectSilence(
  runner: AttackRunner,
  socket: RawWebSocket,
  { victim, watcher }: { victim: Account; watcher: RawWebSocket },
): Promise<void> {
  const before = watcher.texts.length
  const frames = ['{"event":"typing","data":{}}', sendFrame(newText())]
  for (const frame of frames) for (let sent = 0; sent < 15; sent++) socket.sendText(frame)
  runner.countFrames('of muted people', 30)
  socket.sendText('{"event":"end","data":{"client_id":"after-the-mute"}}')
  await socket.waitForText((text) => text.includes('after-the-mute'))
  await delay(300)
  const heard = watcher.texts
    .slice(before)
    .filter((text) => text.includes(victim.id) && /user_typing|new_message|restricted/.test(text))
  expectThat(runner, 'a muted person is heard', heard.length === 0, heard)
  expectThat(
    runner,
    'a muted person is not refused',
    socket.texts.some((text) => text.includes('"code":"muted"')),
    socket.texts.slice(-3),
  )
}

const sendFrame = (content: string) => JSON.stringify({ event: 'send_message', data: { content } })
