// The bench's end of the generator's process.

import { join } from 'node:path'
import { type Errands, startErrands } from '../errands.ts'
import type { Answers, Orders } from './orders.ts'

export type Generator = Errands<Orders, Answers>

export function startGenerator(): Generator {
  return startErrands(join(import.meta.dirname, 'main.ts'))
}
