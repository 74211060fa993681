import { graphql } from "../graphql.ts";

export const COPILOT = graphql(`query Copilot { copilot { available reason model } }`);

export const SUGGEST = graphql(`
  mutation SuggestReply($id: ID!) {
    suggestReply(conversationId: $id) { content needsEscalation model cited { id source version score content } }
  }
`);
export const SHORTEN = graphql(`mutation ShortenText($text: String!) { shortenText(text: $text) { text model } }`);
export const TRANSLATE = graphql(`
  mutation TranslateText($text: String!, $language: Language!) {
    translateText(text: $text, language: $language) { text model }
  }
`);
export const SUMMARISE = graphql(`
  mutation SummariseConversation($id: ID!, $language: Language!) {
    summariseConversation(conversationId: $id, language: $language) { text model }
  }
`);
