from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organization', '0006_signup'),
    ]

    operations = [
        migrations.AddField(
            model_name='signup',
            name='how_to_pay',
            field=models.TextField(blank=True, help_text='For whoever pays by invoice or in cash: to whom, the IBAN, what to write as the reference. It stands at the end of joining, in the letter, and beside what a member owes.', max_length=1000, verbose_name='how to pay'),
        ),
    ]
