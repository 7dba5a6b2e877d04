// A service where a few people talk, for pictures and for what is measured on a room in use.

import { call } from '../faults/wire.ts'
import { type Account, openAccount } from './accounts.ts'
import { archive } from './archive.ts'
import { type House, openHouse } from './house.ts'

const minuteMs = 60_000
const pauseMs = 3 * minuteMs

const talk = [
  ['Grace', 'Good morning! The new build is out, and so far it is quiet.'],
  ['Grace', 'Notes are at https://example.com/notes/2026-11'],
  ['Linus', 'Thank you. I will look at the graphs before noon.'],
  ['Ada', 'Quiet is good. I like quiet.'],
  ['Linus', 'The slowest answer of the night took 84 ms. I can live with that.'],
  ['Grace', 'So can I. Who writes the summary?'],
  ['Ada', 'I do. Send me what should be in it, and you have it this afternoon.'],
  ['مريم', 'صباح الخير! سأرسل ملاحظاتي قبل الظهر.'],
  ['Linus', 'You have it in ten minutes.'],
] as const

export type Scenery = {
  port: number
  /** Said some of it, and is not in the room. */
  ada: Account
  close(): Promise<void>
}

export async function openScenery(): Promise<Scenery> {
  const house = await openHouse()
  try {
    return await furnish(house)
  } catch (error) {
    await house.close()
    throw error
  }
}

async function furnish(house: House): Promise<Scenery> {
  const { port, dataDir } = house.service
  const people = new Map<string, Account>()
  for (const [name] of talk) if (!people.has(name)) people.set(name, await openAccount(port, name))
  const accountOf = (name: string) => people.get(name) as Account
  const from = Date.now() - talk.length * pauseMs
  const messages = talk.map(([name, content], index) => ({
    user_id: accountOf(name).id,
    content,
    at: from + index * pauseMs,
  }))
  await archive(dataDir, messages)
  const present = [
    await takeSeat(port, accountOf('Grace')),
    await takeSeat(port, accountOf('Linus')),
  ]
  return {
    port,
    ada: accountOf('Ada'),
    async close() {
      for (const socket of present) socket.close()
      await house.close()
    },
  }
}

/** In the room, and silent. */
async function takeSeat(port: number, { email, password }: Account): Promise<WebSocket> {
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
