"""One valid call of every root field, in a small world of one tenant. What tests of rights and of isolation run."""

import json
from collections.abc import Mapping
from typing import Any

import httpx

from tests.graphql.client import GraphQLClient

CALLS: Mapping[str, str] = {
    "Query.me": "{ me { id email } }",
    "Query.allowedOperations": "{ allowedOperations }",
    "Query.signInProviders": '{ signInProviders(company: "nobody") { id name } }',
    "Query.signInSetup": "{ signInSetup { redirectUri signInUrl providers { id name } } }",
    "Mutation.startSignIn": """mutation($slug: String!, $provider: ID!) {
        startSignIn(company: $slug, providerId: $provider) { url } }""",
    "Mutation.finishSignIn": """mutation { finishSignIn(
        input: {company: "a", state: "s", code: "c", browserKey: "k"}) {
        accessToken } }""",
    "Mutation.createSignInProvider": """mutation { createSignInProvider(input: {
        name: "Desk", issuer: "https://127.0.0.1:1/", clientId: "opora"}) { id } }""",
    "Mutation.updateSignInProvider": """mutation($provider: ID!) {
        updateSignInProvider(id: $provider, input: {name: "Office"}) { name } }""",
    "Mutation.deleteSignInProvider": "mutation($provider: ID!) { deleteSignInProvider(id: $provider) { id } }",
    "Query.balance": "{ balance { balance welcomeBonus totalSpent pendingTransactions currency } }",
    "Query.transactions": "{ transactions { edges { node { id amount type serviceType details description } } } }",
    "Query.payment": "query($order: String!) { payment(orderId: $order) { amount status description } }",
    "Query.payments": "{ payments { edges { node { orderId amount status description } } } }",
    "Query.ticket": """query($id: ID!) { ticket(id: $id) {
        title messages { edges { node { text attachments { url } } } } } }""",
    "Query.tickets": """query($assignee: ID, $user: ID, $categories: [ID!]) {
        tickets(filter: {assignedTo: $assignee, author: $user, category: $categories}) {
        edges { node { title description author { fullName } lastMessage { excerpt } } } } }""",
    "Query.inbox": """query($assignee: ID, $user: ID, $categories: [ID!], $others: [ID!]) {
        inbox(filter: {assignedTo: $assignee, customer: $user, category: $categories, assistant: $others}) {
        edges { node { id ticket { title } dialog { firstName } } snippet { text } } } }""",
    "Query.inboxCounts": "{ inboxCounts { open waiting mine unassigned } }",
    "Query.savedViews": "{ savedViews { id name filter shared mine canChange } }",
    "Mutation.createSavedView": 'mutation { createSavedView(input: {name: "New", filter: {stage: "OPEN"}}) { id } }',
    "Mutation.updateSavedView": """mutation($view: ID!) {
        updateSavedView(id: $view, input: {name: "Renamed"}) { name } }""",
    "Mutation.deleteSavedView": "mutation($view: ID!) { deleteSavedView(id: $view) { id } }",
    "Mutation.updateTickets": """mutation($tickets: [ID!]!, $assignee: ID, $category: ID) {
        updateTickets(ids: $tickets, input: {assignedTo: $assignee, categoryId: $category}) {
        tickets { title } failures { code } } }""",
    "Mutation.deleteTickets": """mutation($tickets: [ID!]!) {
        deleteTickets(ids: $tickets) { ids failures { id code } } }""",
    "Mutation.archiveDialogs": """mutation($dialogs: [ID!]!) {
        archiveDialogs(ids: $dialogs) { dialogs { firstName } failures { id code } } }""",
    "Mutation.reopenDialogs": """mutation($dialogs: [ID!]!) {
        reopenDialogs(ids: $dialogs) { dialogs { firstName } failures { id code } } }""",
    "Query.ticketAnalytics": "{ ticketAnalytics { total byCategory { category { name } count } } }",
    "Query.categories": "{ categories { id name description } }",
    "Query.agentHealth": "{ agentHealth { available } }",
    "Query.ask": 'query { ask(question: "Where is the secret door?") { content context { content } } }',
    "Query.knowledgeSources": "query($assistant: ID) { knowledgeSources(assistantId: $assistant) { name } }",
    "Query.knowledgeChunks": """query($source: String, $noAssistant: ID) {
        knowledgeChunks(source: $source, assistantId: $noAssistant) { edges { node { content } } } }""",
    "Query.knowledgeSearch": 'query { knowledgeSearch(query: "secret door") { content source } }',
    "Query.dashboard": "{ dashboard { total categories { count } helpers { helper { fullName } } } }",
    "Query.ticketStatistics": """query($category: ID) { ticketStatistics(categoryId: $category) {
        created categories { category { name } } helpers { helper { fullName } } } }""",
    "Query.conversationStatistics": """{ conversationStatistics(kind: TICKET, timeZone: "Asia/Almaty") {
        total { total waiting } days { day } escalations { cause } operators { operator { fullName } messages } } }""",
    "Query.users": "{ users { edges { node { fullName email ticketsCount lastActivity } } } }",
    "Query.user": "query($user: ID!) { user(id: $user) { fullName } }",
    "Query.tenant": "{ tenant { id name } }",
    "Query.tenantStats": "{ tenantStats { totalTickets ticketsByStatus { status count } } }",
    "Query.tenants": "{ tenants { id name } }",
    "Query.telegramBot": "{ telegramBot { id username isActive receivesBy lastError } }",
    "Query.assistants": "{ assistants { id name systemPrompt siteToken widgetSnippet telegramBot { username } } }",
    "Query.assistant": "query($assistant: ID!) { assistant(id: $assistant) { name siteToken } }",
    "Query.aiTokens": "{ aiTokens { id name maskedToken dailyUsage } }",
    "Query.aiModelPrices": "{ aiModelPrices { model promptPrice } }",
    "Query.aiPools": "{ aiPools { poolId status currentLoad } }",
    "Query.aiFailovers": "{ aiFailovers { total lastAt mostCommonError } }",
    "Query.aiUsage": "{ aiUsage { model requests cost } }",
    "Query.askAssistant": """query($assistant: ID!) {
        askAssistant(id: $assistant, message: "Where is the secret door?") { content context { content } } }""",
    "Mutation.createAiToken": """mutation { createAiToken(
        input: {name: "spare", token: "sk-0123456789abcdef", isActive: false}) { id maskedToken } }""",
    "Mutation.updateAiToken": "mutation($aiToken: ID!) { updateAiToken(id: $aiToken, input: {priority: 2}) { id } }",
    "Mutation.deleteAiToken": "mutation($aiToken: ID!) { deleteAiToken(id: $aiToken) { id } }",
    "Mutation.testAiToken": "mutation($aiToken: ID!) { testAiToken(id: $aiToken) { answer } }",
    "Mutation.setAiModelPrice": """mutation {
        setAiModelPrice(model: "policy", promptPrice: "1.5", completionPrice: "3") { model } }""",
    "Query.noticeChat": "{ noticeChat { chatId } }",
    "Query.thresholdEffect": "{ thresholdEffect(answerThreshold: 0.7) { sampled answered escalated distribution } }",
    "Query.webhookEvents": "{ webhookEvents }",
    "Query.webhookEndpoints": "{ webhookEndpoints { id url description events } }",
    "Query.webhookDeliveries": """query($webhook: ID!) { webhookDeliveries(endpointId: $webhook) {
        edges { node { id event body attempts { status excerpt } } } } }""",
    "Mutation.createWebhookEndpoint": """mutation {
        createWebhookEndpoint(input: {url: "https://192.0.2.1/hook"}) { endpoint { id } } }""",
    "Mutation.updateWebhookEndpoint": """mutation($webhook: ID!) {
        updateWebhookEndpoint(id: $webhook, input: {description: "Changed"}) { id description } }""",
    "Mutation.deleteWebhookEndpoint": "mutation($webhook: ID!) { deleteWebhookEndpoint(id: $webhook) { id } }",
    "Mutation.rotateWebhookSecret": "mutation($webhook: ID!) { rotateWebhookSecret(id: $webhook) { endpoint { id } } }",
    "Mutation.testWebhookEndpoint": "mutation($webhook: ID!) { testWebhookEndpoint(id: $webhook) { id state } }",
    "Mutation.replayWebhookDelivery": "mutation($delivery: ID!) { replayWebhookDelivery(id: $delivery) { id event } }",
    "Mutation.replayWebhookDeliveries": """mutation($webhook: ID!) {
        replayWebhookDeliveries(endpointId: $webhook, since: "2020-01-01T00:00:00Z") { count } }""",
    "Query.deadJobs": "{ deadJobs { edges { node { id args } } } }",
    "Query.jobBacklog": "{ jobBacklog { task state count oldestAt attempts } }",
    "Query.systemHealth": "{ systemHealth { host cpuUsage activeAlerts openTickets } }",
    "Query.systemMetrics": "{ systemMetrics(hours: 1) { stepSeconds points { at cpuUsage memoryUsage diskUsage } } }",
    "Query.alerts": "{ alerts(open: true) { edges { node { host metric severity message(language: KAZAKH) } } } }",
    "Query.logs": "{ logs(filter: {level: INFO}) { edges { node { level message source metadata } } } }",
    "Query.supportRequests": "{ supportRequests { total requests { number subject } } }",
    "Query.supportRequest": 'query { supportRequest(number: "TICKET-2025-000000") { number } }',
    "Query.supportRequestMessages": 'query { supportRequestMessages(number: "TICKET-2025-000000") { text } }',
    "Query.installationUsers": "{ installationUsers(limit: 1) { total users { id balance } } }",
    "Query.installationHealth": "{ installationHealth { healthy database { connections } aiProviders { name } } }",
    "Query.installationOverview": "{ installationOverview(period: DAY) { totalUsers revenue { service amount } } }",
    "Mutation.createSupportRequest": """mutation { createSupportRequest(input: {
        subject: "Payments", message: "No card"}) { number } }""",
    "Mutation.replyToSupportRequest": """mutation { replyToSupportRequest(
        number: "TICKET-2025-000000", text: "More") { text } }""",
    "Mutation.recordEvent": 'mutation { recordEvent(type: "opened", properties: {step: 2}) }',
    "Query.faqs": """query { faqs(filter: {search: "secret door"}) {
        edges { node { question answer category tags isActive } } } }""",
    "Query.documents": """query($assistant: ID) { documents(assistantId: $assistant) {
        edges { node { fileName status error } } } }""",
    "Query.qaEntries": """query($assistant: ID) { qaEntries(assistantId: $assistant) {
        edges { node { question answer tags } } } }""",
    "Query.qaSearch": """query($assistant: ID) { qaSearch(query: "secret door", assistantId: $assistant) {
        question answer } }""",
    "Query.unansweredGroups": "{ unansweredGroups { total groups { id question count resolvedBy } } }",
    "Query.unansweredGroup": "query($group: ID!) { unansweredGroup(id: $group) { question languages } }",
    "Query.unansweredQuestions": """query($group: ID!) {
        unansweredQuestions(groupId: $group) { text ticketId dialogId } }""",
    "Query.knowledgeChunkVersions": "query($chunk: ID!) { knowledgeChunkVersions(id: $chunk) { content version } }",
    "Query.searchTrial": """query($assistant: ID) { searchTrial(query: "secret door", assistantId: $assistant) {
        decision found { content source scores { dense words exact } } } }""",
    "Mutation.answerUnanswered": """mutation($group: ID!, $assistant: ID) { answerUnanswered(
        id: $group, input: {question: "Why?", answer: "Because.", place: QA_ENTRY, assistantId: $assistant}) {
        status qaEntryId } }""",
    "Mutation.mergeUnanswered": "mutation($groups: [ID!]!) { mergeUnanswered(ids: $groups) { count } }",
    "Mutation.dismissUnanswered": "mutation($groups: [ID!]!) { dismissUnanswered(ids: $groups) { status } }",
    "Mutation.reopenUnanswered": "mutation($groups: [ID!]!) { reopenUnanswered(ids: $groups) { status } }",
    "Query.chatbotAnalytics": "{ chatbotAnalytics { totalQueries commonQueries { query count } } }",
    "Query.chatbotLogs": "{ chatbotLogs { edges { node { query response sessionId userId } } } }",
    "Query.leads": "{ leads { edges { node { id name phone summary } } } }",
    "Query.lead": "query($lead: ID!) { lead(id: $lead) { name phone summary } }",
    "Query.interview": """query($interview: ID!) {
        interview(id: $interview) { messages { edges { node { text } } } } }""",
    "Query.handoffQueue": "{ handoffQueue { total waiting { dialogId customerName lastMessage } } }",
    "Query.handoffContext": "query($dialog: ID!) { handoffContext(dialogId: $dialog) { summary } }",
    "Query.handoffs": "query($dialog: ID!) { handoffs(dialogId: $dialog) { edges { node { id comment } } } }",
    "Query.operators": "{ operators { id name online load } }",
    "Mutation.requestHandoff": """mutation($dialog: ID!) {
        requestHandoff(dialogId: $dialog, requestId: "one") { state queuePosition } }""",
    "Mutation.takeOverDialog": """mutation($dialog: ID!, $assignee: ID) {
        takeOverDialog(dialogId: $dialog, operatorId: $assignee) { operator { fullName } } }""",
    "Mutation.releaseDialog": "mutation($dialog: ID!) { releaseDialog(dialogId: $dialog) { state } }",
    "Mutation.cancelHandoff": """mutation($dialog: ID!) {
        cancelHandoff(dialogId: $dialog, reason: "solved") { state } }""",
    "Mutation.operatorHeartbeat": """mutation($assistants: [ID!]) {
        operatorHeartbeat(assistantIds: $assistants) { load maxCapacity } }""",
    "Mutation.register": "mutation($register: RegisterInput!) { register(input: $register) { id } }",
    "Mutation.login": "mutation($login: LoginInput!) { login(input: $login) { accessToken } }",
    "Mutation.registerCompany": """mutation($company: RegisterCompanyInput!) {
        registerCompany(input: $company) { user { id email role } tenant { id slug } } }""",
    "Mutation.signInWithTelegram": 'mutation { signInWithTelegram(initData: "none") { accessToken } }',
    "Mutation.refresh": 'mutation { refresh(refreshToken: "none") { accessToken } }',
    "Query.keptMails": "{ keptMails { edges { node { id template recipient subject sentAt lastError } } } }",
    "Query.keptMail": "query($mail: ID!) { keptMail(id: $mail) { mail { subject } text html } }",
    "Mutation.confirmEmail": """mutation {
        confirmEmail(email: "nobody@example.com", code: "000000") { accessToken } }""",
    "Mutation.resendConfirmation": 'mutation { resendConfirmation(email: "nobody@example.com") { ok } }',
    "Mutation.sendContactForm": """mutation { sendContactForm(input: {
        name: "A", email: "a@example.com", subject: "Prices", message: "What does it cost?"}) { ok } }""",
    "Mutation.sendTestMail": 'mutation { sendTestMail(to: "test@example.com") { server } }',
    "Mutation.logout": "mutation { logout { ok } }",
    "Mutation.changePassword": """mutation($password: ChangePasswordInput!) {
        changePassword(input: $password) { expiresIn } }""",
    "Mutation.updateMe": 'mutation { updateMe(input: {fullName: "Renamed"}) { fullName } }',
    "Mutation.createTicket": """mutation($category: ID) {
        createTicket(input: {title: "New", autoRespond: false, categoryId: $category}) { id } }""",
    "Query.copilot": "{ copilot { available reason model } }",
    "Query.staff": "{ staff { id fullName } }",
    "Query.citedPassage": """query($chunk: ID!) { citedPassage(chunkId: $chunk, version: 1) {
        cited { source content } current { version } } }""",
    "Mutation.suggestReply": "mutation($id: ID!) { suggestReply(conversationId: $id) { content } }",
    "Mutation.summariseConversation": """mutation($id: ID!) {
        summariseConversation(conversationId: $id, language: ENGLISH) { text } }""",
    "Mutation.shortenText": 'mutation { shortenText(text: "Rather a long text") { text model } }',
    "Mutation.translateText": 'mutation { translateText(text: "Сәлем", language: ENGLISH) { text } }',
    "Subscription.viewers": "subscription($id: ID!) { viewers(conversationId: $id) { people { fullName } } }",
    "Mutation.setTyping": "mutation($id: ID!) { setTyping(ticketId: $id, isTyping: true) { isTyping } }",
    "Mutation.updateTicket": """mutation($id: ID!, $change: UpdateTicketInput!) {
        updateTicket(id: $id, input: $change) { title } }""",
    "Mutation.deleteTicket": "mutation($id: ID!) { deleteTicket(id: $id) { id } }",
    "Mutation.createCategory": 'mutation { createCategory(input: {name: "New"}) { id } }',
    "Mutation.updateCategory": """mutation($category: ID!) {
        updateCategory(id: $category, input: {name: "Renamed"}) { name } }""",
    "Mutation.deleteCategory": "mutation($category: ID!) { deleteCategory(id: $category) { id } }",
    "Mutation.addMessage": """mutation($id: ID!) {
        addMessage(ticketId: $id, input: {text: "Hello", autoRespond: false}) { text } }""",
    "Mutation.uploadFile": "mutation($file: Upload!) { uploadFile(file: $file) { publicId } }",
    "Mutation.deleteUpload": "mutation($upload: UUID!) { deleteUpload(id: $upload) { publicId } }",
    "Mutation.transcribeUpload": "mutation($upload: UUID!) { transcribeUpload(id: $upload) { text } }",
    "Mutation.respondToTicket": "mutation($id: ID!) { respondToTicket(ticketId: $id, save: true) { content } }",
    "Mutation.requestReply": "mutation($id: ID!) { requestReply(ticketId: $id) { ticketId } }",
    "Mutation.addKnowledgeChunks": """mutation($source: String!) {
        addKnowledgeChunks(input: {source: $source, chunks: [{content: "Another passage."}]}) { created updated } }""",
    "Mutation.uploadKnowledge": "mutation($file: Upload!) { uploadKnowledge(file: $file) { source } }",
    "Mutation.deleteKnowledgeSource": """mutation($source: String!) {
        deleteKnowledgeSource(source: $source) { deleted } }""",
    "Mutation.reindexKnowledge": "mutation($source: String!) { reindexKnowledge(source: $source) { success } }",
    "Mutation.createFaq": """mutation {
        createFaq(input: {question: "Why?", answer: "Because.", category: "Reasons"}) { id } }""",
    "Mutation.updateFaq": 'mutation($faq: ID!) { updateFaq(id: $faq, input: {answer: "Elsewhere."}) { answer } }',
    "Mutation.deleteFaq": "mutation($faq: ID!) { deleteFaq(id: $faq) { id } }",
    "Mutation.uploadDocument": """mutation($file: Upload!, $assistant: ID) {
        uploadDocument(file: $file, assistantId: $assistant) { id fileName } }""",
    "Mutation.deleteDocument": "mutation($document: ID!) { deleteDocument(id: $document) { id } }",
    "Mutation.createQaEntry": """mutation($assistant: ID) {
        createQaEntry(input: {assistantId: $assistant, question: "Why?", answer: "Because."}) { id } }""",
    "Mutation.updateQaEntry": """mutation($qa: ID!) {
        updateQaEntry(id: $qa, input: {answer: "Elsewhere."}) { answer } }""",
    "Mutation.deleteQaEntry": "mutation($qa: ID!) { deleteQaEntry(id: $qa) { id } }",
    "Mutation.askChatbot": """mutation {
        askChatbot(input: {message: "Where is the secret door?", sessionId: "s"}) { response citations { quote } } }""",
    "Mutation.sayInInterview": 'mutation { sayInInterview(contact: "new", text: "Хочу дом") { text } }',
    "Mutation.updateLeadStatus": """mutation($lead: ID!) {
        updateLeadStatus(id: $lead, status: IN_PROGRESS) { status } }""",
    "Mutation.createUser": "mutation($newUser: CreateUserInput!) { createUser(input: $newUser) { id } }",
    "Mutation.updateUser": 'mutation($user: ID!) { updateUser(id: $user, input: {fullName: "Renamed"}) { fullName } }',
    "Mutation.setUserRole": "mutation($user: ID!) { setUserRole(id: $user, role: AGENT) { role } }",
    "Mutation.deactivateUser": "mutation($user: ID!) { deactivateUser(id: $user) { isActive } }",
    "Mutation.createTenant": "mutation($newTenant: CreateTenantInput!) { createTenant(input: $newTenant) { id } }",
    "Mutation.updateTenantSettings": "mutation { updateTenantSettings(input: {registrationOpen: false}) { id } }",
    "Mutation.createAssistant": 'mutation { createAssistant(input: {name: "New"}) { id } }',
    "Mutation.updateAssistant": """mutation($assistant: ID!) {
        updateAssistant(id: $assistant, input: {name: "Renamed"}) { name } }""",
    "Mutation.rotateSiteToken": "mutation($assistant: ID!) { rotateSiteToken(id: $assistant) { siteToken } }",
    "Mutation.activateAssistants": """mutation($assistants: [ID!]!) {
        activateAssistants(ids: $assistants) { isActive } }""",
    "Mutation.deactivateAssistants": """mutation($assistants: [ID!]!) {
        deactivateAssistants(ids: $assistants) { isActive } }""",
    "Mutation.deleteAssistant": "mutation($assistant: ID!) { deleteAssistant(id: $assistant) { ids } }",
    "Mutation.deleteAssistants": "mutation($assistants: [ID!]!) { deleteAssistants(ids: $assistants) { ids } }",
    "Mutation.connectTelegramBot": 'mutation { connectTelegramBot(token: "none") { username } }',
    "Mutation.disconnectTelegramBot": "mutation { disconnectTelegramBot { ok } }",
    "Mutation.setNoticeChat": "mutation { setNoticeChat(chatId: -1001234567890) { chatId } }",
    "Mutation.createPayment": 'mutation { createPayment(input: {amount: "10.00"}) { orderId } }',
    "Mutation.refundPayment": """mutation($order: String!) {
        refundPayment(orderId: $order, input: {}) { refund { id } } }""",
    "Mutation.retryJob": "mutation($job: ID!) { retryJob(id: $job) { state } }",
    "Query.dialog": """query($dialog: ID!) { dialog(id: $dialog) {
        firstName assistant { name } messages { edges { node { text operatorName } } } } }""",
    "Query.dialogs": """query($assistant: ID) { dialogs(filter: {assistantId: $assistant}) {
        total dialogs { id firstName lastMessage { excerpt } } } }""",
    "Query.handoffPlace": "query($dialog: ID!) { handoffPlace(dialogId: $dialog) { position estimatedWaitSeconds } }",
    "Query.siteAssistant": 'query { siteAssistant(siteToken: "unknown") { name largestUpload } }',
    "Query.demoSiteToken": 'query { demoSiteToken(origin: "https://elsewhere.example") }',
    "Mutation.openDialog": """mutation($assistant: ID!) {
        openDialog(input: {assistantId: $assistant}) { dialog { id } } }""",
    "Mutation.sendDialogMessage": """mutation($dialog: ID!) {
        sendDialogMessage(dialogId: $dialog, input: {text: "Hello"}) { text } }""",
    "Mutation.archiveDialog": "mutation($dialog: ID!) { archiveDialog(id: $dialog) { status } }",
    "Mutation.reopenDialog": "mutation($dialog: ID!) { reopenDialog(id: $dialog) { status } }",
    "Subscription.ticketEvents": "subscription($id: ID!) { ticketEvents(id: $id, after: 0) { seq } }",
    "Subscription.chatbotEvents": "subscription { chatbotEvents(after: 0) { seq message { text } } }",
    "Subscription.typing": "subscription($id: ID!) { typing(ticketId: $id) { isTyping } }",
    "Subscription.inboxEvents": "subscription { inboxEvents(after: 0) { seq } }",
    "Subscription.documentProgress": "subscription { documentProgress(after: 0) { seq document { fileName } } }",
    "Subscription.leadEvents": "subscription { leadEvents(after: 0) { seq kind lead { name } } }",
    "Subscription.billingEvents": "subscription { billingEvents(after: 0) { seq kind payment { orderId } } }",
    "Subscription.monitoringEvents": "subscription { monitoringEvents { __typename } }",
    "Query.streamStatistics": "{ streamStatistics { admin widget site averageSeconds eventsToday } }",
    "Mutation.setDialogTyping": """mutation($dialog: ID!) {
        setDialogTyping(dialogId: $dialog, isTyping: true) { isTyping } }""",
    "Subscription.dialogEvents": """subscription($dialog: ID!) {
        dialogEvents(dialogId: $dialog, after: 0) { ... on DialogEvent { seq } } }""",
    "Subscription.tenantDialogEvents": "subscription { tenantDialogEvents(after: 0) { seq dialogId } }",
    "Subscription.answerStream": "subscription($id: ID!) { answerStream(ticketId: $id) { __typename } }",
}


def document(field: str) -> str:
    return CALLS[field]


async def call(client: GraphQLClient, field: str, variables: Mapping[str, Any]) -> httpx.Response:
    """Call a query or mutation with those of the variables that it declares."""
    text = CALLS[field]
    given = {name: value for name, value in variables.items() if f"${name}:" in text}
    if "Upload!" in text:
        return await upload(client, text, given, b"# Title\n\nSome text of a file.", "notes.md")
    return await client.post(text, given)


async def upload(
    client: GraphQLClient, query: str, variables: Mapping[str, Any], data: bytes, name: str, **headers: str
) -> httpx.Response:
    """By the GraphQL multipart request specification; the file stands for ``variables.file``."""
    fields = {
        "operations": json.dumps({"query": query, "variables": {**variables, "file": None}}),
        "map": json.dumps({"0": ["variables.file"]}),
    }
    files = {"0": (name, data, "application/octet-stream")}
    return await client.client.post("/graphql", data=fields, files=files, headers={**client.headers, **headers})


def code_of(response: httpx.Response) -> str | None:
    errors = response.json().get("errors")
    return str(errors[0]["extensions"]["code"]) if errors else None
