// Forms: which fields, never what was typed into them, unless the study asks for it and the field is no secret.

import { name, targetOf } from './element.js'
import { isSecret, maskText, within } from './mask.js'

const LONGEST_VALUE = 200
const fieldName = (field) => field.getAttribute('name') || field.getAttribute('id') || undefined

/** Asks the selector, not the form: `checkValidity` fires events, and a field named "id" hides the form's own. */
export const submit = (recorder) => (event) => {
  const form = event.target
  if (within(form, '[data-ul-ignore]')) return
  const fields = [...form.querySelectorAll('input,select,textarea')]
    .filter((field) => !within(field, '[data-ul-ignore]'))
    .map(fieldName)
  recorder.add({
    name: 'submit',
    ...name(form),
    form_id: form.getAttribute('id') || undefined,
    fields: [...new Set(fields)].filter(Boolean),
    valid: form.matches(':valid'),
  })
}

export const change = (recorder, options) => (event) => {
  const field = targetOf(event)
  if (within(field, '[data-ul-ignore]')) return
  const { type, value, checked } = field
  const action = { name: 'change', ...name(field), field: fieldName(field), type }
  const secret = isSecret(field)
  if (/checkbox|radio/.test(type)) action.checked = secret ? undefined : checked
  else if (!secret) action.length = value?.length
  if (options.values && !secret) action.value = maskText(value).slice(0, LONGEST_VALUE)
  recorder.add(action)
}
