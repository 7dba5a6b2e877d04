// What is said of a value that is missing or of another type, wherever a schema has no sentence of its own.

import { z } from '@hono/zod-openapi'

const sentences: Partial<Record<z.core.$ZodIssueInvalidType['expected'], string>> = {
  string: 'Must be text.',
  number: 'Must be a number.',
  int: 'Must be a whole number.',
  boolean: 'Must be true or false.',
  array: 'Must be a list.',
  object: 'Must be a JSON object.',
}

z.config({
  customError: ({ code, expected, input }) => {
    if (code !== 'invalid_type') return undefined
    return input === undefined ? 'Is required.' : sentences[expected]
  },
})
