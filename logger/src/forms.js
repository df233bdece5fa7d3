// Forms: which fields, never what was typed into them, unless the study asks for it and the field is no secret.

import { name, targetOf } from './element.js'
import { ignored, isSecret, maskText } from './mask.js'
import { add } from './recorder.js'
import { options } from './settings.js'

const fieldName = ({ name, id }) => name || id

/** Asks by selector, not the form: `checkValidity` fires events, and a field named "id" or "matches" hides the form's own. */
export const submit = (event) => {
  const form = targetOf(event)
  if (ignored(form)) return
  const fields = [...form.querySelectorAll('textarea,select,input')].filter((field) => !ignored(field)).map(fieldName)
  add({
    name: 'submit',
    ...name(form),
    form_id: form.getAttribute('id'),
    fields: [...new Set(fields)].filter(Boolean),
    valid: !form.querySelector(':invalid'),
  })
}

export const change = (event) => {
  const field = targetOf(event)
  if (ignored(field)) return
  const { type, value, checked } = field
  const action = { name: 'change', ...name(field), field: fieldName(field), type }
  if (!isSecret(field)) {
    if (/check|radio/.test(type)) action.checked = checked
    else action.length = value?.length
    if (options.values) action.value = maskText(value)
  }
  add(action)
}
