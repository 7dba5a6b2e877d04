// The bench's end of the people's process.

import { join } from 'node:path'
import { type Errands, startErrands } from '../errands.ts'
import type { Answers, Orders } from './orders.ts'

export type People = Errands<Orders, Answers>

export function startPeople(): People {
  return startErrands(join(import.meta.dirname, 'main.ts'))
}
