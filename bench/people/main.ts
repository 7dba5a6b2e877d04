// The people's process: takes one order at a time from a figure and answers it.

import { Crowd } from './crowd.ts'
import type { Answers, Order, Orders } from './orders.ts'
import { read } from './reading.ts'

let crowd = new Crowd()

const carryOut: { [Name in keyof Orders]: (order: Orders[Name]) => Promise<Answers[Name]> } = {
  arrive: async ({ doors, atOnce }) => crowd.connect(crowd.add(doors), atOnce),
  learn: async ({ online }) => crowd.learn(online),
  async cut() {
    for (const person of crowd.people) person.cut()
    return {}
  },
  comeBack: async () => crowd.connect(crowd.people, crowd.people.length),
  async talk({ rate, contentBytes }) {
    crowd.speech.begin(rate, contentBytes)
    return {}
  },
  async hush({ messages }) {
    return { sent: await crowd.speech.end(messages) }
  },
  settle: async ({ messages, lostAfterMs }) => crowd.settle(messages, lostAfterMs),
  read,
  async leave() {
    crowd.leave()
    crowd = new Crowd()
    return {}
  },
}

process.on('message', async ({ name, order }: Order) => {
  try {
    process.send?.({ value: await carryOut[name](order as never) })
  } catch (error) {
    process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : `${error}` })
  }
})
process.on('disconnect', () => process.exit())
