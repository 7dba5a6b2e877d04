// A service with a short conversation, for screenshots and accessibility tests.

import { call } from '../harness/rest.ts'
import { type Account, registerAccount } from './accounts.ts'
import { insertArchivedMessages } from './archived-messages.ts'
import { startTestService, type TestService } from './test-service.ts'

const minuteMs = 60_000
const pauseMs = 3 * minuteMs

const conversation = [
  ['Grace', 'Good morning! The new build is out, and so far it is quiet.'],
  ['Grace', 'Notes are at https://example.com/notes/2026-11'],
  ['Linus', 'Thank you. I will look at the graphs before noon.'],
  ['Ada', 'Quiet is good. I like quiet.'],
  ['Linus', 'The slowest answer of the night took 84 ms. I can live with that.'],
  ['Grace', 'So can I. Who writes the summary?'],
  ['Ada', 'I do. Send me what should be in it, and you have it this afternoon.'],
  [
    'Grace',
    'Before lunch:\n- the **restart** at `12:30`\n- new keys, *all* of them:\n```sh\nexport KEY=$(make-key)\n' +
      'npm run deploy\n```\n> Who tells support?\nI do. The plan is at www.example.com/plan',
  ],
  ['مريم', 'صباح الخير! سأرسل ملاحظاتي قبل الظهر.'],
  ['Linus', '@Ada You have it in ten minutes.'],
] as const

export type SampleRoom = {
  port: number
  /** An author of the conversation who is not connected. */
  ada: Account
  close(): Promise<void>
}

export async function openSampleRoom(): Promise<SampleRoom> {
  const testService = await startTestService()
  try {
    return await fillRoom(testService)
  } catch (error) {
    await testService.close()
    throw error
  }
}

async function fillRoom(testService: TestService): Promise<SampleRoom> {
  const { port, dataDir } = testService.service
  const accounts = new Map<string, Account>()
  for (const [name] of conversation)
    if (!accounts.has(name)) accounts.set(name, await registerAccount(port, name))
  const accountOf = (name: string) => accounts.get(name) as Account
  const from = Date.now() - conversation.length * pauseMs
  const messages = conversation.map(([name, content], index) => ({
    user_id: accountOf(name).id,
    content,
    at: from + index * pauseMs,
  }))
  const answer = messages.at(-1)
  if (answer) Object.assign(answer, { replyTo: 6, mentions: [accountOf('Ada').id] })
  await insertArchivedMessages(dataDir, messages)
  // Starts the room, which finds messages of an earlier one and refuses tokens of the seconds before.
  await call(port, 'GET', '/room')
  const sockets = [await connect(port, accountOf('Grace')), await connect(port, accountOf('Linus'))]
  return {
    port,
    ada: accountOf('Ada'),
    async close() {
      for (const socket of sockets) socket.close()
      await testService.close()
    },
  }
}

/** Connects without sending anything. */
async function connect(port: number, { email, password }: Account): Promise<WebSocket> {
  const { body } = await call(port, 'POST', '/auth/login', { body: { email, password } })
  const { access_token } = body as { access_token: string }
  const protocols = ['chat.v1', `bearer.${access_token}`]
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/chat`, protocols)
  await new Promise((resolve, reject) => {
    socket.addEventListener('message', resolve, { once: true })
    socket.addEventListener('close', reject, { once: true })
  })
  return socket
}
