// A live socket accepts a new token of its own user, and no other token.

import { forgeryNames, forgeToken } from '../forged-tokens.ts'
import type { RawWebSocket } from '../raw-websocket.ts'
import { connect, expectThat, type Scenario } from './scenario.ts'

const answered = (text: string) => text.includes('"event":"authenticated"')
const refused = (text: string) =>
  /"code":"(unauthenticated|token_expired|session_ended|invalid)"/.test(text)

export const renewals: Scenario = {
  name: 'token renewals',
  pauseMs: 2_000,
  async run(runner) {
    const { target, random } = runner.parts
    const account = await runner.parts.accounts.open('hostile')
    const socket = await connect(runner, account)
    if (!socket) return
    const nowSeconds = Math.floor(Date.now() / 1_000)
    const authenticate = async (
      token: string,
      what: string,
      isExpected: (text: string) => boolean,
    ) => {
      runner.countFrames('renewals', 1)
      const text = await answerTo(socket, token)
      expectThat(
        runner,
        'a token in a frame is not answered as it should be',
        text !== null && isExpected(text),
        [what, text],
      )
    }
    for (const name of random.some(forgeryNames, 5))
      await authenticate(
        forgeToken(name, { secret: target.jwtSecret, account, nowSeconds }),
        name,
        refused,
      )
    await authenticate(runner.pickAttacker().token, 'the token of another', refused)
    await authenticate(account.token, 'its own token', answered)
    runner.checkTexts(socket.texts, true, 'a renewed socket')
    socket.close()
  },
}

async function answerTo(socket: RawWebSocket, token: string): Promise<string | null> {
  const before = socket.texts.length
  socket.sendText(JSON.stringify({ event: 'authenticate', data: { token } }))
  const isNew = () => socket.texts.length > before
  return socket.waitForText((text) => isNew() && (answered(text) || refused(text)))
}
