import { graphql, type ResultOf } from "../graphql.ts";

export const ASSISTANTS = graphql(`
  query KnowledgeAssistants { assistants { id name } }
`);

export const FILES = graphql(`
  query KnowledgeFiles($assistantId: ID, $after: String, $language: Language!) {
    documents(assistantId: $assistantId, first: 50, after: $after) {
      edges { node {
        id fileName mimeType sizeBytes status progress chunksCount createdAt completedAt assistantId
        error(language: $language)
      } }
      pageInfo { endCursor hasNextPage }
    }
  }
`);
export type KnowledgeFile = NonNullable<ResultOf<typeof FILES>["documents"]>["edges"][number]["node"];

export const UPLOAD_FILE = graphql(`
  mutation UploadKnowledgeFile($file: Upload!, $assistantId: ID) {
    uploadDocument(file: $file, assistantId: $assistantId) { id fileName status progress }
  }
`);

export const DELETE_FILE = graphql(`
  mutation DeleteKnowledgeFile($id: ID!) { deleteDocument(id: $id) { id } }
`);

export const FILE_PROGRESS = graphql(`
  subscription KnowledgeFileProgress($after: BigInt, $language: Language!) {
    documentProgress(after: $after) {
      seq documentId status progress
      document { id status progress chunksCount completedAt error(language: $language) }
    }
  }
`);

export const SOURCES = graphql(`
  query KnowledgeSources($assistantId: ID) {
    knowledgeSources(assistantId: $assistantId) { id name chunks mimeType updatedAt }
  }
`);
export type Source = NonNullable<ResultOf<typeof SOURCES>["knowledgeSources"]>[number];

export const PASSAGES = graphql(`
  query KnowledgePassages($source: String!, $assistantId: ID, $current: Boolean, $after: String) {
    knowledgeChunks(source: $source, assistantId: $assistantId, current: $current, first: 30, after: $after) {
      edges { node { id source heading content version isCurrent language createdAt } }
      pageInfo { endCursor hasNextPage }
    }
  }
`);
export type PassagePage = NonNullable<ResultOf<typeof PASSAGES>["knowledgeChunks"]>;
export type Passage = PassagePage["edges"][number]["node"];

export const VERSIONS = graphql(`
  query PassageVersions($id: ID!) {
    knowledgeChunkVersions(id: $id) { id heading content version isCurrent language createdAt }
  }
`);

export const REINDEX = graphql(`
  mutation ReindexKnowledge($source: String) { reindexKnowledge(source: $source) { success failed } }
`);

export const DELETE_SOURCE = graphql(`
  mutation DeleteKnowledgeSource($source: String!) { deleteKnowledgeSource(source: $source) { source deleted } }
`);

export const SEARCH = graphql(`
  query SearchTrial($query: String!, $assistantId: ID) {
    searchTrial(query: $query, assistantId: $assistantId, limit: 10) {
      language decision answerThreshold suggestThreshold milliseconds passages
      found { id source heading content version language score scores { dense words exact rank } }
    }
  }
`);
export type SearchTrial = NonNullable<ResultOf<typeof SEARCH>["searchTrial"]>;
export type Found = SearchTrial["found"][number];

export const QA_ENTRIES = graphql(`
  query QaEntries($assistantId: ID, $after: String) {
    qaEntries(assistantId: $assistantId, first: 30, after: $after) {
      edges { node { id assistantId question answer tags createdAt updatedAt } }
      pageInfo { endCursor hasNextPage }
    }
  }
`);
export type QaEntry = NonNullable<ResultOf<typeof QA_ENTRIES>["qaEntries"]>["edges"][number]["node"];

export const QA_SEARCH = graphql(`
  query QaSearch($query: String!, $assistantId: ID) {
    qaSearch(query: $query, assistantId: $assistantId) { id assistantId question answer tags createdAt updatedAt }
  }
`);

export const CREATE_QA = graphql(`
  mutation CreateQaEntry($input: CreateQaEntryInput!) { createQaEntry(input: $input) { id } }
`);
export const UPDATE_QA = graphql(`
  mutation UpdateQaEntry($id: ID!, $input: UpdateQaEntryInput!) {
    updateQaEntry(id: $id, input: $input) { id question answer tags updatedAt }
  }
`);
export const DELETE_QA = graphql(`
  mutation DeleteQaEntry($id: ID!) { deleteQaEntry(id: $id) { id } }
`);

export const FAQS = graphql(`
  query Faqs($filter: FaqFilter, $after: String) {
    faqs(filter: $filter, first: 30, after: $after) {
      edges { node { id question answer category tags isActive createdAt updatedAt } }
      pageInfo { endCursor hasNextPage }
    }
  }
`);
export type Faq = NonNullable<ResultOf<typeof FAQS>["faqs"]>["edges"][number]["node"];

export const CREATE_FAQ = graphql(`
  mutation CreateFaq($input: CreateFaqInput!) { createFaq(input: $input) { id } }
`);
export const UPDATE_FAQ = graphql(`
  mutation UpdateFaq($id: ID!, $input: UpdateFaqInput!) {
    updateFaq(id: $id, input: $input) { id question answer category tags isActive updatedAt }
  }
`);
export const DELETE_FAQ = graphql(`
  mutation DeleteFaq($id: ID!) { deleteFaq(id: $id) { id } }
`);
