// The people's process: takes one order at a time from a figure and answers it.

import { carryOut } from '../errands.ts'
import { Crowd } from './crowd.ts'
import type { Answers, Orders } from './orders.ts'
import { read } from './reading.ts'

let crowd = new Crowd()

carryOut<Orders, Answers>({
  arrive: async ({ doors, atOnce, compression }) =>
    crowd.connect(crowd.add(doors, compression), atOnce),
  learn: async ({ online }) => crowd.learn(online),
  async cut() {
    for (const person of crowd.people) person.cut()
    return {}
  },
  comeBack: async () => crowd.connect(crowd.people, crowd.people.length),
  async talk({ rate, contentBytes }) {
    crowd.talk(rate, contentBytes)
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
})
