import { evictDurableObject } from 'cloudflare:test'
import { expect, it } from 'vitest'
import { callAs, newPerson, say, theRoom } from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'

// This test has a file of its own, so that no earlier message with a time in the future is the newest.
it('CLOCK-8 what was sent long ago fills no window when the room starts after a step back', async () => {
  testClock.stop()
  const [ada, bo] = [await newPerson(), await newPerson()]
  for (let n = 0; n < 5; n++) {
    testClock.setAhead(n * 10_000)
    await say(ada, `${n}`)
  }
  for (let n = 0; n < 5; n++) await say(bo, `${n}`)

  testClock.setAhead(50_000 - 600_000)
  await evictDurableObject(theRoom())
  await say(ada, 'after')
  expect((await callAs(bo, 'POST', '/messages', { content: 'too soon' })).status).toBe(429)
})
