// Puts values into the texts of a language. `{name}` in a text is the place of a value.

import { language } from './en.json'

/** A text for each form of the plural that the language has: `one`, `other` and others. */
export type Plural = { readonly other: string } & Partial<Record<Intl.LDMLPluralRule, string>>

type Values<T> = Readonly<Record<string, T>>

const rules = new Intl.PluralRules(language)
const place = /\{(\w+)\}/

/** @throws TypeError a value is missing */
export function fill(text: string, values: Values<string | number>): string {
  return text.replaceAll(new RegExp(place, 'g'), (_, name: string) => String(valueIn(values, name)))
}

/** The same with elements. */
export function fillNodes<T>(text: string, values: Values<T | string>): (T | string)[] {
  return text
    .split(place)
    .map((part, index) => (index % 2 === 0 ? part : valueIn(values, part)))
    .filter((part) => part !== '')
}

/** @param count is also the value of `{count}`, unless `values` has another one */
export function plural(text: Plural, count: number, values: Values<string | number> = {}): string {
  return fill(text[rules.select(count)] ?? text.other, { count, ...values })
}

function valueIn<T>(values: Values<T>, name: string): T {
  const value = values[name]
  if (value === undefined) throw new TypeError(`the text needs a value for {${name}}`)
  return value
}
