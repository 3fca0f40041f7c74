"""What the people of the demo desk write. `c` customer, `s` staff, `n` staff note; {slots} are filled per ticket."""

MODELS = ["Larkspur Tern 3", "Larkspur Heron E", "Larkspur Swift", "Larkspur Wren 20", "Larkspur Kestrel GX", "Larkspur Heron E Cargo"]
PARTS = ["rear derailleur", "display mount", "brake lever", "charger", "kickstand", "saddle clamp", "battery lock"]

# (display name, e-mail, native name of the language or None)
PEOPLE = [
    ("Hannah Whitcombe", "hannah.whitcombe@example.com", None), ("Marcus Adeyemi", "marcus.adeyemi@example.net", None),
    ("Olivia Tran", "olivia.tran@example.org", None), ("Declan O'Rourke", "declan.orourke@example.com", None),
    ("Grace Nakamura", "grace.n@example.net", None), ("Rory McAllister", "rory+bike@example.com", None),
    ("Amelia Chen", "amelia.chen@example.org", None), ("Samuel Okafor", "s.okafor@lagoscycle.example", None),
    ("Beth Lindqvist", "beth@lindqvist.example", None), ("Theo Papadakis", "theo.p@example.com", None),
    ("Nora Fitzgerald & Sons", "orders@fitzgerald.example", None), ("Ivy Castellanos", "ivy.castellanos@example.net", None),
    ("Wes Harlan", "wes.harlan@example.com", None), ("Priscilla Dunn", "pdunn@example.org", None),
    ("Kofi Mensah", "kofi@example.net", None), ("Laura Bianchi", "laura@bianchi.example", None),
    ("Jürgen Weiß", "juergen.weiss@example.com", "Deutsch"), ("Katrin Öztürk", "katrin.oeztuerk@example.org", "Deutsch"),
    ("Sabine Großmann", "s.grossmann@radhaus.example", "Deutsch"), ("Élodie Lefèvre", "elodie.lefevre@example.net", "Français"),
    ("Benoît Garçon", "benoit@velopop.example", "Français"), ("José Ñandú", "jose.nandu@example.com", "Español"),
    ("María Fernández", "maria.fernandez@example.org", "Español"), ("João Conceição", "joao@example.net", "Português"),
    ("Иван Кузнецов", "ivan.kuznetsov@example.net", "Русский"), ("Ольга Смирнова", "olga.smirnova@example.org", "Русский"),
    ("佐藤 健", "takeru.sato@example.com", None), ("陈美玲", "meiling.chen@example.org", None),
    ("Zoë van den Berg", "zoe.vandenberg@example.net", None), ("Łukasz Żółć", "lukasz@example.com", None),
    ("محمد الأمين", "m.alamin@example.org", None), ("Sigrún Jónsdóttir", "sigrun@example.net", None),
    ("Peggy Alvarez", "peggy.alvarez@example.com", None), ("Victor Huang", "victor.huang@example.net", None),
    ("Naomi Feld", "naomi.feld@example.org", None), ("Tobias Rehn", "tobias@rehn.example", None),
    ("Caroline Mbeki", "caroline.mbeki@example.com", None), ("Ed Pruitt", "ed.pruitt@example.net", None),
    ("Shauna Kelly", "shauna.kelly@example.org", None), ("Dmitri Volkov", "dvolkov@example.com", None),
    ("Ruth Abernathy", "ruth.a@example.net", None), ("Bike Kitchen Portland", "desk@bikekitchen.example", None),
    ("Anneke Visser", "anneke.visser@example.org", None), ("Harold Quist", "hquist@example.com", None),
    ("Mina Rahimi", "mina.rahimi@example.net", None), ("Frankie Doyle", "frankie.doyle@example.org", None),
]

GREETINGS = ["Hello,", "Hi there,", "Good morning,", "Dear Larkspur team,", "Hi,"]
CLOSINGS = ["Thanks,\n{first}", "Best regards\n{name}", "Cheers\n{first}", "Many thanks in advance!", "{name}\nSent from my phone"]

# (category, subject, thread, optional language or person); the first text is the ticket itself
SCENARIOS = [
    (2, "Order {order} still not delivered", [
        ("c", "my order {order} ({model}) was due last {day} but the tracking page https://track.parcelbird.example/?id={order}&lang=en has not changed since then. Could you find out where it is?"),
        ("s", "Hi {first},\n\nI am sorry about the wait. I have opened an enquiry with the courier and expect an answer within two working days."),
        ("c", "Any news? I need the bike for the weekend."),
        ("s", "The parcel was found at the {city} depot and goes out tomorrow morning. You will get a text message an hour before."),
        ("c", "It arrived, box a bit dented but the bike is fine. Thank you!"),
    ]),
    (2, "Change of delivery address for {order}", [
        ("c", "I have moved. Please send order {order} to 14 Cobbler's Row, {city} instead."),
        ("s", "Done - the new address is on the label. Nothing else to do for you."),
    ]),
    (3, "{model}: strange noise from the {part}", [
        ("c", "since about 200 km my {model} makes a clicking noise near the {part} when I pedal uphill. Frame number LK-{serial}. I attach a photo."),
        ("s", "Hello {first},\n\ncould you please check whether the bolt behind the cover is tight (5 Nm)? The steps are in https://help.larkspur.example/knowledgebase.php?article=3"),
        ("c", "Bolt is tight. The noise is still there, see the second video: https://video.example/v/{serial}?t=12&hd=1"),
        ("n", "Heard this on three Herons from the spring batch. Ask the workshop about the freehub spring."),
        ("s", "Thanks for the video. We will send a replacement {part} free of charge. Are you able to mount it yourself?"),
        ("c", "Yes, no problem."),
        ("s", "Sent today. Please keep the old part for two weeks in case our workshop wants it back."),
    ]),
    (3, "Battery of my {model} does not charge", [
        ("c", "the charger stays red and the battery shows 1 of 5 bars. I have tried two sockets. Serial {serial}."),
        ("s", "Please disconnect everything, press the battery button for 15 seconds, then connect the charger to the battery FIRST and to the wall afterwards. Does it turn green?"),
        ("c", "No. It blinks red three times, pause, three times."),
        ("s", "Three blinks = cell fault. We exchange the battery under warranty; a prepaid dangerous-goods label is on its way to you."),
        ("n", "Warranty claim {serial} filed with the cell supplier. Cost centre 4410."),
    ]),
    (1, "Invoice for order {order}", [
        ("c", "I need the invoice for order {order} with our VAT number on it:\nBE 0{serial}. Total was <{price} EUR> I think."),
        ("s", "Attached. The total is {price} EUR including VAT."),
    ]),
    (1, "Charged twice for {order}", [
        ("c", "My card was charged TWICE for order {order}: {price} and {price} again!!! Please refund at once."),
        ("s", "Hi {first},\nthe second line is a reservation, it disappears after 3-5 days. If it is still there on {day}, write to us & we refund it by hand."),
        ("c", "It is still there."),
        ("n", "Confirmed with the payment provider: captured twice. Refund {price}."),
        ("s", "You were right, and we are sorry. The refund is booked, reference RF-{serial}."),
        ("c", "Got it. Thanks."),
    ]),
    (4, "Return of {model}", [
        ("c", "The {model} is too small for me (I am 1.92 m). I rode it once around the block. Can I return it?"),
        ("s", "Of course, within 30 days. Please fill in the form at https://www.larkspur.example/returns and pack the bike as described in knowledge base article 6."),
        ("c", "Form sent. When will somebody pick it up?"),
        ("s", "Pick-up is on {day} between 9 and 17 h."),
    ]),
    (4, "Wrong part in the box", [
        ("c", "I ordered a {part} and got a bell. It is a nice bell, but I can't stop with it."),
        ("s", "Keep the bell :-) The {part} leaves our warehouse today."),
        ("c", "You made my day!"),
    ]),
    (1, "Dealer price list", [
        ("c", "we are a bicycle shop in {city} and would like to sell the {model}. Please send a price list and your conditions (min. order, terms > 30 days?)."),
        ("s", "Thank you for your interest! I have passed this to our dealer team; they reply within a week."),
        ("n", "Forwarded to dealers@larkspur.example"),
    ]),
    (1, "Login to the web shop", [
        ("c", "I can't log in to the shop, it says \"account locked\". My customer number is {serial}."),
        ("s", "Unlocked. Please choose a new password at https://www.larkspur.example/account/reset?c={serial}&step=1"),
        ("c", "Works, thanks"),
    ]),
    (3, "Firmware update fails at 87 %", [
        ("c", "the app says error E-{n}07 at 87 % when updating my {model}.\n\nPhone: Android 14\nApp: 5.{n}.1\nLog:\n[12:0{n}:11] BLE <-> DU: timeout\n[12:0{n}:12] retry 3/3"),
        ("s", "Please update with the battery above 50 % and the phone no more than a metre away. If it fails again, send us the log file from the app (Menu > Help > Share log)."),
        ("c", "Log attached."),
        ("s", "The log shows an old bootloader. Only a dealer can update that one; the closest is in {city}."),
    ]),
    (5, "Laptop for the new colleague", [
        ("c", "please prepare a laptop for the new colleague in {city}, start on {day}. Standard image + CAD."),
        ("n", "Ordered, invoice {serial}."),
        ("s", "Ready on your desk."),
    ]),
    (2, "Do you ship to {city}?", [
        ("c", "Do you ship the {model} to {city}? And what does it cost?"),
        ("s", "Yes, 49 EUR, 5-7 working days."),
    ]),
    (4, "Warranty: {part} broken after 3 months", [
        ("c", "The {part} of my {model} broke after three months of normal use. Bought at your shop in {city}, receipt {serial}."),
        ("s", "That should not happen. Could you send a photo of the broken edge and of the receipt?"),
        ("c", "Here they are."),
        ("s", "Approved. A new {part} will be with you by {day}."),
        ("c", "Arrived already, wow. One more thing: which torque?"),
        ("s", "6 Nm, a drop of blue thread locker helps."),
        ("c", "Perfect, closing this from my side."),
    ]),
    (1, "Question about the service interval", [
        ("c", "When is the first service of the {model} due? The booklet says 500 km, the app says 800."),
        ("s", "500 km or 3 months, whatever comes first. The app is wrong; we will correct it."),
    ]),
    (2, "Bestellung {order}: Lieferung unvollständig", [
        ("c", "Guten Tag,\n\nbei der Bestellung {order} fehlten die Pedale und der Schlüssel für das Akkuschloss. Können Sie beides bitte nachliefern?\n\nMit freundlichen Grüßen\n{name}"),
        ("s", "Guten Tag {name},\n\nentschuldigen Sie bitte! Beides geht heute per Brief an Sie raus."),
        ("c", "Danke, ist angekommen. Schönes Wochenende!"),
    ], "Deutsch"),
    (3, "Akku lädt nur bis 60 %", [
        ("c", "Hallo zusammen,\nmein {model} lädt seit dem Update nur noch bis 60 %. Außentemperatur 4 °C, Seriennummer {serial}. Größe M.\nViele Grüße"),
        ("s", "Das ist der Winterschutz: unter 5 °C lädt der Akku nicht voll. Bitte im Warmen laden."),
    ], "Deutsch"),
    (4, "Retour du vélo {model}", [
        ("c", "Bonjour,\n\nj'ai reçu le {model} mais la fourche est rayée. Je souhaite l'échanger ou être remboursé(e) — n° de commande {order}.\n\nCordialement,\n{name}"),
        ("s", "Bonjour {name},\n\nnous sommes désolés. Nous vous proposons une remise de 10 % ou un échange. Que préférez-vous ?"),
        ("c", "La remise me convient, merci beaucoup !"),
        ("s", "C'est noté : le remboursement partiel part aujourd'hui."),
    ], "Français"),
    (2, "¿Dónde está mi pedido {order}?", [
        ("c", "Hola:\n\n¿Me pueden decir dónde está mi pedido {order}? Llevo 10 días esperando…\n\nUn saludo,\n{name}"),
        ("s", "Hola, {first}: el paquete está en aduanas. Le avisamos en cuanto salga."),
        ("c", "De acuerdo, ¡gracias!"),
    ], "Español"),
    (3, "Bateria não liga", [
        ("c", "Olá, a bateria da minha {model} não liga desde ontem. Já tentei carregar durante a noite. Obrigado, {first}"),
        ("s", "Olá {first}, pode enviar uma fotografia do carregador, por favor?"),
    ], "Português"),
    (1, "Счёт по заказу {order}", [
        ("c", "Здравствуйте!\n\nПришлите, пожалуйста, счёт по заказу № {order} на сумму {price} €.\n\nС уважением,\n{name}"),
        ("s", "Здравствуйте! Счёт во вложении."),
        ("c", "Спасибо, получили."),
    ], "Русский"),
    (3, "ブレーキの音について", [
        ("c", "お世話になっております。\n{model} の前ブレーキから大きな音がします。調整方法を教えてください。"),
        ("s", "お問い合わせありがとうございます。パッドの交換が必要かもしれません。写真を送っていただけますか。"),
    ], "佐藤 健"),
    (2, "订单 {order} 地址更改", [
        ("c", "您好，请把订单 {order} 的收货地址改成上海市。谢谢！"),
        ("s", "您好！地址已更改。"),
    ], "陈美玲"),
    (4, "استبدال قطعة", [
        ("c", "مرحبا، أحتاج إلى استبدال القطعة {part} رقم {serial}. شكرا"),
        ("s", "Hello, we will send a new one. Please confirm your address."),
    ], "محمد الأمين"),
]

# what people still say when a long thread is over
AFTERMATH = [
    ("c", "Sorry to come back to this: does the new one fit the {model} of last year as well?"),
    ("s", "Yes, it does. The 20{n}5 model needs the long bolt, it is in the bag."),
    ("n", "Long bolt = part 4410-{serial}."),
    ("c", "Understood & done. Bye!"),
]

CANNED = [
    ("Greeting", "Hello %%HESK_FIRST_NAME%%,\n\nthank you for writing to Larkspur Cycles about \"%%HESK_SUBJECT%%\"."),
    ("Ask for the frame number", "Hi %%HESK_NAME%%,\n\ncould you please send us the frame number of your bike? It is below the bottom bracket & starts with LK-."),
    ("Return <label> sent", "The return label for ticket %%HESK_TRACK_ID%% (%%HESK_CATEGORY%%) was sent to %%HESK_EMAIL%%.\nPick-up until %%HESK_DUE_DATE%%.\n\nhttps://www.larkspur.example/returns?t=%%HESK_ID%%&step=2"),
    ("Закрытие обращения", "Здравствуйте, %%HESK_REQUESTER_NAME%%!\nОбращение %%HESK_TRACKID%% закрыто. Ваш менеджер: %%HESK_OWNER%%."),
    ("Ask about the order", "Is it about order %%HESK_custom1%%, model %%HESK_custom3%%? Please press `Reply` and tell us.\nCc: %%HESK_FOLLOWER_NAMES%% {{first_name}}"),
]
TEMPLATES = [
    ("Phone call", "Caller:\nPhone:\nBike & frame number:\nProblem:"),
    ("Showroom visit", "Customer was in the showroom on <date>.\n\nTest ride: yes/no"),
    ("Rückruf", "Bitte um Rückruf unter:\nGrund:"),
]
