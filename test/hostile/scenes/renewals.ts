// Renewal in place: a live socket takes another token of its own user, and no other.

import { forge, forgeryNames } from '../forged.ts'
import type { FrameSocket } from '../frame-socket.ts'
import { demand, enter, type Scene } from './scene.ts'

const answered = (text: string) => text.includes('"event":"authenticated"')
const refused = (text: string) =>
  /"code":"(unauthenticated|token_expired|session_ended|invalid)"/.test(text)

export const renewals: Scene = {
  name: 'renewals in place',
  pauseMs: 2_000,
  async play(stage) {
    const { target, random } = stage.parts
    const person = await stage.parts.people.open('hostile')
    const socket = await enter(stage, person)
    if (!socket) return
    const nowSeconds = Math.floor(Date.now() / 1_000)
    const show = async (token: string, what: string, right: (text: string) => boolean) => {
      stage.countFrames('renewals', 1)
      const text = await answerTo(socket, token)
      demand(stage, text !== null && right(text), {
        rule: 'a token in a frame is not answered as it should be',
        where: what,
        evidence: text,
      })
    }
    for (const name of random.some(forgeryNames, 5))
      await show(forge(name, { secret: target.jwtSecret, person, nowSeconds }), name, refused)
    await show(stage.anAttacker().token, 'the token of another', refused)
    await show(person.token, 'its own token', answered)
    stage.judgeTexts(socket.texts, true, 'a renewed socket')
    socket.close()
  },
}

async function answerTo(socket: FrameSocket, token: string): Promise<string | null> {
  const heard = socket.texts.length
  socket.say(JSON.stringify({ event: 'authenticate', data: { token } }))
  const isNew = () => socket.texts.length > heard
  return socket.hear((text) => isNew() && (answered(text) || refused(text)))
}
